package dev.stellwerk.runtime.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that can be configured, with its defaults. docs/guides/configuration.md lists the
/// same.
@ConfigMapping(prefix = "stellwerk")
public interface StellwerkConfig {
  Model model();

  Run run();

  Runs runs();

  Tools tools();

  Mcp mcp();

  A2a a2a();

  Hub hub();

  Data data();

  Http http();

  /// The model that answers.
  interface Model {
    /// A GGUF file, or a name under the models folder; the embedded model when absent.
    Optional<String> file();

    /// `kimi-k2`, `harmony`, `qwen3-coder` or `hermes`; what the chat template renders when absent.
    Optional<String> toolFormat();

    /// `auto`, `vector` or `scalar`.
    @WithDefault("auto")
    String backend();

    /// `exact`: the same tokens whatever else the engine does; `fast`: prefill may round elsewhere.
    @WithDefault("exact")
    String numericMode();

    /// Threads that compute; 0 for one a core.
    @WithDefault("0")
    int threads();

    /// 0 is greedy: the same request gives the same answer.
    @WithDefault("0")
    float temperature();

    @WithDefault("0")
    long seed();

    /// Conversations that are open at the same time.
    @WithName("sessions-max")
    @WithDefault("32")
    int sessionsMax();

    /// Turns that are computed together.
    @WithDefault("16")
    int runningMax();

    /// Turns that wait for a place or for memory; more are refused.
    @WithDefault("64")
    int waitingMax();

    /// The memory of all conversations' KV caches; taken as it is needed.
    @WithDefault("536870912")
    long kvBytesMax();

    /// How long a conversation keeps its KV cache while a tool runs. Afterwards, and while a person
    /// is asked, others may have the memory.
    @WithDefault("20000")
    long pinMillisMax();
  }

  /// One run's limits.
  interface Run {
    /// Instructions that stand before every request.
    Optional<String> instructions();

    @WithDefault("12")
    int turnsMax();

    @WithDefault("24")
    int toolCallsMax();

    @WithDefault("32768")
    int tokensMax();

    @WithDefault("1024")
    int turnTokensMax();

    @WithDefault("300000")
    long wallMillisMax();

    @WithDefault("60000")
    long callMillisMax();

    @WithDefault("4000")
    int resultCharsMax();

    /// An identical call made this often ends the run.
    @WithDefault("3")
    int repeatedCallsMax();

    /// Tools that the model is shown in one run; chosen by the request when there are more.
    @WithDefault("8")
    int toolsOfferedMax();
  }

  /// All runs together.
  interface Runs {
    @WithDefault("4")
    int runningMax();

    @WithDefault("16")
    int waitingMax();

    @WithDefault("2000")
    long retryAfterMillis();

    /// Runs that the journal remembers.
    @WithDefault("10000")
    int keptMax();
  }

  /// The built-in tools, and what any tool may do.
  interface Tools {
    /// The folder of the file tools.
    @WithDefault(".")
    Path root();

    /// Patterns `source:tool`; when there are any, no other tool is offered.
    Optional<List<String>> only();

    /// Patterns of tools that run without asking, whatever their effects.
    @WithDefault("builtin:*")
    List<String> allow();

    /// Patterns of tools that a person must approve.
    Optional<List<String>> ask();

    /// Patterns of tools that are never offered.
    Optional<List<String>> deny();

    /// Tools that no pattern names and that may destroy: `allow`, `ask` or `deny`.
    @WithDefault("ask")
    String destructive();

    /// Tools that no pattern names and that reach beyond this machine's owner.
    @WithDefault("allow")
    String openWorld();
  }

  /// MCP servers whose tools are offered.
  interface Mcp {
    /// Files in the `mcpServers` form of Claude Desktop.
    Optional<List<Path>> files();
  }

  /// Other agents.
  interface A2a {
    /// Peers whose skills are offered as tools: name to URL.
    Map<String, String> peers();
  }

  /// Where `model pull` finds models by name.
  interface Hub {
    /// The address of the hub or of a mirror that speaks its protocol.
    @WithDefault("https://huggingface.co")
    String url();

    /// The environment variable with the token that is sent to the hub, if it is set.
    @WithDefault("HF_TOKEN")
    String tokenVariable();

    @WithDefault("20000")
    int connectMillisMax();

    /// How long a transfer may stand still.
    @WithDefault("60000")
    int readMillisMax();

    /// Attempts in a row that bring nothing before a file is given up.
    @WithDefault("5")
    int attemptsMax();
  }

  /// What is kept.
  interface Data {
    /// Where the journal and the notes are; `~/.stellwerk` when absent.
    Optional<Path> directory();
  }

  /// The service.
  interface Http {
    @WithDefault("127.0.0.1")
    String host();

    @WithDefault("8080")
    int port();

    /// Host names, beside the loopback ones, that requests may be addressed to.
    Optional<List<String>> allowedHosts();

    /// The longest request, in characters.
    @WithDefault("32768")
    int requestCharsMax();
  }
}
