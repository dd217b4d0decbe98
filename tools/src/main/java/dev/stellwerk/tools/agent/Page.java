package dev.stellwerk.tools.agent;

import static java.util.Objects.requireNonNull;

import java.util.List;

/// One page of a listing.
///
/// @param nextToken where the next page starts; empty at the end
public record Page<T>(List<T> items, String nextToken) {
  public Page {
    items = List.copyOf(items);
    requireNonNull(nextToken, "nextToken");
  }
}
