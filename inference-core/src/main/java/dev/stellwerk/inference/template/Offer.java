package dev.stellwerk.inference.template;

import dev.stellwerk.inference.template.ToolCallFormat.Choice;
import java.util.List;

/// What a choice leaves of the functions.
final class Offer {
  private Offer() {}

  /// The functions that may be called.
  ///
  /// @throws IllegalArgumentException when one must be called and none is left
  static List<Function> of(List<Function> functions, Choice choice) {
    List<Function> offered =
        switch (choice) {
          case Choice.None none -> List.of();
          case Choice.Auto auto -> functions;
          case Choice.Required required -> functions;
          case Choice.Named named ->
              functions.stream().filter(f -> f.name().equals(named.function())).toList();
        };
    if (mustCall(choice) && offered.isEmpty()) {
      throw new IllegalArgumentException(choice + " with no such function among the offered ones");
    }
    return offered;
  }

  /// Whether the turn consists of calls, without text before them.
  static boolean mustCall(Choice choice) {
    return choice instanceof Choice.Required || choice instanceof Choice.Named;
  }

  /// The most calls of one turn.
  static int callsMax(Choice choice, boolean parallel, int most) {
    return parallel && !(choice instanceof Choice.Named) ? most : 1;
  }
}
