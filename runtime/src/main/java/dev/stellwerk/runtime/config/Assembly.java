package dev.stellwerk.runtime.config;

import dev.stellwerk.inference.engine.LoadProgress;
import dev.stellwerk.inference.engine.Sampling;
import dev.stellwerk.runtime.agent.AgentLoop;
import dev.stellwerk.runtime.agent.AgentService;
import dev.stellwerk.runtime.agent.CatalogToolbox;
import dev.stellwerk.runtime.agent.Journal;
import dev.stellwerk.runtime.agent.JournalAgentPort;
import dev.stellwerk.runtime.agent.RunDefaults;
import dev.stellwerk.runtime.agent.RunLimits;
import dev.stellwerk.runtime.agent.RunMetrics;
import dev.stellwerk.runtime.agent.RunRegistry;
import dev.stellwerk.runtime.chat.LocalModel;
import dev.stellwerk.runtime.chat.TurnEvent;
import dev.stellwerk.runtime.store.H2Journal;
import dev.stellwerk.tools.Approver;
import dev.stellwerk.tools.DispatchLimits;
import dev.stellwerk.tools.Dispatcher;
import dev.stellwerk.tools.ResultLimits;
import dev.stellwerk.tools.SelectorLimits;
import dev.stellwerk.tools.ToolCatalog;
import dev.stellwerk.tools.agent.AgentPort;
import dev.stellwerk.tools.agent.RunId;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Everything that a running agent consists of, put together from a configuration.
///
/// The journal, the model and the tools are opened side by side: each takes a good part of a
/// second, and a command shall answer in three.
public final class Assembly implements AutoCloseable {
  private static final Executor OPENERS = task -> Thread.ofVirtual().name("opening").start(task);
  private static final int DESCRIPTION_CHARS_MAX = 160;
  private static final int REQUEST_CHARS_MAX = 4_000;

  private final Journal journal;
  private final LocalModel model;
  private final ToolSetup tools;
  private final AgentService service;
  private final RunDefaults defaults;

  private Assembly(
      Journal journal,
      LocalModel model,
      ToolSetup tools,
      AgentService service,
      RunDefaults defaults) {
    this.journal = journal;
    this.model = model;
    this.tools = tools;
    this.service = service;
    this.defaults = defaults;
  }

  /// For one command, beside others on the same data directory.
  ///
  /// @param home the installation's folder
  /// @param loading told how far the loading of the model is
  public static Assembly command(
      StellwerkConfig config,
      Path home,
      Approver approver,
      Consumer<TurnEvent> progress,
      LoadProgress loading)
      throws InterruptedException {
    Supplier<Journal> journal =
        () ->
            H2Journal.command(
                DataDirectory.of(config), config.runs().keptMax(), Clock.systemUTC(), Assembly::id);
    return open(config, home, journal, approver, progress, loading, RunMetrics.none());
  }

  /// For the service: nobody is there to ask.
  public static Assembly service(
      StellwerkConfig config, Path home, LoadProgress loading, RunMetrics metrics)
      throws InterruptedException {
    Supplier<Journal> journal =
        () ->
            H2Journal.service(
                DataDirectory.of(config), config.runs().keptMax(), Clock.systemUTC(), Assembly::id);
    return open(config, home, journal, Approver.NOBODY, _ -> {}, loading, metrics);
  }

  public AgentService service() {
    return service;
  }

  public RunDefaults defaults() {
    return defaults;
  }

  public ToolCatalog catalog() {
    return tools.catalog();
  }

  /// The model's name.
  public String modelName() {
    return model.chat().name();
  }

  /// The agent for protocol servers.
  public AgentPort port() {
    return new JournalAgentPort(service, defaults, Clock.systemUTC());
  }

  @Override
  public void close() {
    service.close();
    tools.close();
    model.close();
    journal.close();
  }

  private static Assembly open(
      StellwerkConfig config,
      Path home,
      Supplier<Journal> openJournal,
      Approver approver,
      Consumer<TurnEvent> progress,
      LoadProgress loading,
      RunMetrics metrics)
      throws InterruptedException {
    RunDefaults defaults = defaults(config);
    CompletableFuture<Journal> opening = CompletableFuture.supplyAsync(openJournal, OPENERS);
    CompletableFuture<LocalModel> loaded =
        CompletableFuture.supplyAsync(() -> ModelSetup.load(config, home, loading), OPENERS);
    try {
      ToolSetup tools = ToolSetup.open(config);
      try {
        LocalModel model = join(loaded);
        Journal journal = join(opening);
        AgentLoop loop =
            new AgentLoop(
                model.chat(),
                toolbox(config, tools, approver),
                journal,
                Clock.systemUTC(),
                progress);
        AgentService service =
            new AgentService(loop, journal, new RunRegistry(bounds(config.runs())), metrics);
        return new Assembly(journal, model, tools, service, defaults);
      } catch (RuntimeException e) {
        tools.close();
        throw e;
      }
    } catch (RuntimeException | InterruptedException e) {
      // Whatever of the others opens, or has opened, is closed again.
      var _ = loaded.thenAccept(LocalModel::close);
      var _ = opening.thenAccept(Journal::close);
      throw e;
    }
  }

  private static CatalogToolbox toolbox(
      StellwerkConfig config, ToolSetup tools, Approver approver) {
    DispatchLimits defaults = DispatchLimits.DEFAULT;
    DispatchLimits limits =
        new DispatchLimits(
            Math.toIntExact(config.run().callMillisMax()),
            defaults.callsMax(),
            defaults.parallelCallsMax(),
            defaults.abandonedCallsMax(),
            ResultLimits.DEFAULT);
    return new CatalogToolbox(
        tools.catalog(),
        new Dispatcher(tools.policy(), limits, Clock.systemUTC()),
        approver,
        new SelectorLimits(
            config.run().toolsOfferedMax(), DESCRIPTION_CHARS_MAX, REQUEST_CHARS_MAX));
  }

  private static RunDefaults defaults(StellwerkConfig config) {
    StellwerkConfig.Run run = config.run();
    try {
      return new RunDefaults(
          run.instructions().orElse(""),
          new Sampling(config.model().temperature(), config.model().seed()),
          new RunLimits(
              run.turnsMax(),
              run.toolCallsMax(),
              run.tokensMax(),
              run.turnTokensMax(),
              run.wallMillisMax(),
              run.callMillisMax(),
              run.resultCharsMax(),
              run.repeatedCallsMax()));
    } catch (IllegalArgumentException e) {
      throw new ConfigException("configuration: " + e.getMessage());
    }
  }

  private static RunRegistry.Bounds bounds(StellwerkConfig.Runs runs) {
    return new RunRegistry.Bounds(
        runs.runningMax(), runs.waitingMax(), Duration.ofMillis(runs.retryAfterMillis()));
  }

  private static RunId id() {
    return new RunId(UUID.randomUUID().toString());
  }

  private static <T> T join(CompletableFuture<T> opening) {
    try {
      return opening.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }
}
