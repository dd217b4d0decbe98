package dev.stellwerk.tools;

import static java.util.Objects.requireNonNull;

import dev.stellwerk.tools.ToolPolicy.Decision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// All tools of all sources under names that are unique, in a fixed order: sources as given, tools
/// as listed.
///
/// Readers work on a [Snapshot], which never changes; [#refresh] makes a new one. What cannot be
/// offered is refused one by one with a reason, so that one bad tool or dead server costs the
/// others nothing.
public final class ToolCatalog implements AutoCloseable {
  private static final Pattern SOURCE_NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private final List<ToolSource> sources;
  private final ToolPolicy policy;
  private final CatalogLimits limits;
  private volatile Snapshot latest;

  /// @throws IllegalArgumentException when there are too many sources, or two of one name
  public ToolCatalog(List<ToolSource> sources, ToolPolicy policy, CatalogLimits limits) {
    this.sources = List.copyOf(sources);
    this.policy = requireNonNull(policy, "policy");
    this.limits = requireNonNull(limits, "limits");
    if (sources.size() > limits.sourcesMax()) {
      throw new IllegalArgumentException(
          sources.size() + " tool sources, but at most " + limits.sourcesMax() + " are allowed");
    }
    Set<String> names = new HashSet<>();
    for (ToolSource source : sources) {
      String name = source.name();
      if (!SOURCE_NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "tool source name '" + name + "' does not match " + SOURCE_NAME);
      }
      if (!names.add(name)) {
        throw new IllegalArgumentException("two tool sources are called '" + name + "'");
      }
    }
    this.latest = new Snapshot(List.of(), List.of());
  }

  /// The newest snapshot; empty before the first [#refresh].
  public Snapshot snapshot() {
    return latest;
  }

  /// Asks every source for its tools, all at once, and takes over what came in time.
  public Snapshot refresh() throws InterruptedException {
    List<SourceLister.Listing> listings = SourceLister.listAll(sources, limits.listTimeoutMillis());
    Map<String, Entry> entries = new LinkedHashMap<>();
    List<Refusal> refusals = new ArrayList<>();
    for (SourceLister.Listing listing : listings) {
      listing.problem().ifPresent(p -> refusals.add(new Refusal(listing.source().name(), "", p)));
      for (Tool.Spec spec : listing.tools()) {
        Entry entry = new Entry(spec, listing.source(), listing.source().rawName(spec.name()));
        Optional<String> reason = refusal(entry, entries);
        if (reason.isPresent()) {
          refusals.add(new Refusal(entry.sourceName(), spec.name(), reason.get()));
        } else {
          entries.put(spec.name(), entry);
        }
      }
    }
    Snapshot snapshot = new Snapshot(List.copyOf(entries.values()), refusals);
    latest = snapshot;
    return snapshot;
  }

  private Optional<String> refusal(Entry entry, Map<String, Entry> taken) {
    Tool.Spec spec = entry.spec();
    Entry first = taken.get(spec.name());
    if (first != null) {
      return Optional.of("its name is already taken by a tool of '" + first.sourceName() + "'");
    }
    if (taken.size() >= limits.toolsMax()) {
      return Optional.of("the catalogue is full (" + limits.toolsMax() + " tools)");
    }
    if (spec.description().length() > limits.descriptionCharsMax()) {
      return Optional.of(
          "its description is longer than " + limits.descriptionCharsMax() + " characters");
    }
    if (!describesAnObject(spec)) {
      return Optional.of("its input schema is not the schema of an object");
    }
    if (schemasTooLarge(spec)) {
      return Optional.of("its schemas are larger than " + limits.schemaBytesMax() + " bytes");
    }
    if (policy.decide(entry.sourceName(), entry.rawName(), spec.effects()) == Decision.DENY) {
      return Optional.of("the policy denies it");
    }
    return Optional.empty();
  }

  private static boolean describesAnObject(Tool.Spec spec) {
    return spec.inputSchema().isObject()
        && spec.inputSchema().path("type").asText("object").equals("object");
  }

  private boolean schemasTooLarge(Tool.Spec spec) {
    long max = limits.schemaBytesMax() + 1L;
    long bytes = JsonSize.bytes(spec.inputSchema(), max);
    if (spec.outputSchema().isPresent()) {
      bytes += JsonSize.bytes(spec.outputSchema().get(), max);
    }
    return bytes > limits.schemaBytesMax();
  }

  /// Closes every source.
  @Override
  public void close() {
    sources.forEach(ToolSource::close);
  }

  /// One offered tool and where it comes from.
  ///
  /// @param spec under the name the model sees
  /// @param rawName the name at its origin
  public record Entry(Tool.Spec spec, ToolSource source, String rawName) {
    public Entry {
      requireNonNull(spec, "spec");
      requireNonNull(source, "source");
      requireNonNull(rawName, "rawName");
    }

    public String sourceName() {
      return source.name();
    }
  }

  /// A tool that is not offered, or a source that gave none.
  ///
  /// @param tool empty when the whole source is meant
  public record Refusal(String source, String tool, String reason) {}

  /// The catalogue at one moment. Immutable.
  public static final class Snapshot {
    private final Map<String, Entry> entries;
    private final List<Refusal> refusals;

    Snapshot(List<Entry> entries, List<Refusal> refusals) {
      Map<String, Entry> byName = new LinkedHashMap<>();
      entries.forEach(entry -> byName.put(entry.spec().name(), entry));
      this.entries = Collections.unmodifiableMap(byName);
      this.refusals = List.copyOf(refusals);
    }

    /// The offered tools in catalogue order.
    public List<Tool.Spec> specs() {
      return entries.values().stream().map(Entry::spec).toList();
    }

    public List<Entry> entries() {
      return List.copyOf(entries.values());
    }

    public Optional<Entry> find(String name) {
      return Optional.ofNullable(entries.get(name));
    }

    /// What is not offered, and why.
    public List<Refusal> refusals() {
      return refusals;
    }
  }
}
