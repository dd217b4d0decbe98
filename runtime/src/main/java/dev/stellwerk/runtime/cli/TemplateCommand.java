package dev.stellwerk.runtime.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.template.JinjaChatTemplate;
import dev.stellwerk.inference.template.TemplateException;
import dev.stellwerk.runtime.config.ModelFiles;
import dev.stellwerk.runtime.config.StellwerkConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `template`: what a chat template makes of a conversation.
@Command(name = "template", description = "Render chat templates.")
final class TemplateCommand implements Runnable {
  /// Called when no verb of it is given.
  @Override
  public void run() {
    throw new CliException(ExitCode.USAGE, "which one: `template render`?");
  }

  /// `template render`: exactly what a model would read.
  @Command(
      name = "render",
      description = "What a chat template makes of a conversation, to the byte.",
      footer = {
        "",
        "The input holds `messages`, and may hold `tools`, `add_generation_prompt` and whatever",
        "else the template knows, as Hugging Face's `apply_chat_template` takes them.",
        "",
        "Examples:",
        "  stellwerk template render --input talk.json",
        "  stellwerk template render --template chat.jinja --input talk.json"
      })
  static final class RenderCommand implements Callable<Integer> {
    private static final int INPUT_BYTES_MAX = 64 << 20;
    private static final ObjectMapper JSON =
        JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private final Workplace workplace;

    @Option(names = "--template", paramLabel = "FILE", description = "A Jinja template.")
    @Nullable Path template;

    @Option(
        names = "--model",
        paramLabel = "FILE|NAME",
        description = "The template of this model; default: the embedded model.")
    @Nullable String model;

    @Option(
        names = "--input",
        paramLabel = "FILE",
        required = true,
        description = "The conversation as JSON; - for standard input.")
    String input = "";

    @Option(names = "--json", description = "The rendering as a JSON object.")
    boolean json;

    RenderCommand(Workplace workplace) {
      this.workplace = workplace;
    }

    @Override
    public Integer call() {
      if (template != null && model != null) {
        throw new CliException(ExitCode.USAGE, "either --template or --model");
      }
      ObjectNode variables = variables();
      try {
        String rendered = template().render(variables);
        if (json) {
          ObjectNode line = JsonNodeFactory.instance.objectNode().put("text", rendered);
          line.put("characters", rendered.codePointCount(0, rendered.length()));
          workplace.terminal().out().println(line);
        } else {
          workplace.terminal().out().print(rendered);
          workplace.terminal().out().flush();
        }
      } catch (TemplateException e) {
        String where = template == null ? "" : template + ": ";
        throw new CliException(ExitCode.MODEL, where + e.getMessage());
      }
      return ExitCode.DONE;
    }

    private JinjaChatTemplate template() {
      Clock clock = Clock.system(ZoneId.systemDefault());
      if (template != null) {
        String source = new String(bytes(template.toString()), StandardCharsets.UTF_8);
        return JinjaChatTemplate.of(source, Map.of(), clock);
      }
      StellwerkConfig config = workplace.config(null, null, Map.of());
      String wanted = model == null ? ModelFiles.EMBEDDED : model;
      try (Gguf gguf = Gguf.open(ModelFiles.of(config, Workplace.home()).find(wanted))) {
        return JinjaChatTemplate.load(gguf, clock);
      }
    }

    /// The input with what templates expect to be there, if only as null.
    private ObjectNode variables() {
      JsonNode read;
      try {
        read = JSON.readTree(bytes(input));
      } catch (JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        String where =
            at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        throw new CliException(
            ExitCode.USAGE, input + " is not JSON" + where + ": " + e.getOriginalMessage());
      } catch (IOException e) {
        throw new CliException(ExitCode.USAGE, input + " cannot be read: " + e.getMessage());
      }
      ObjectNode variables = JsonNodeFactory.instance.objectNode();
      variables.putNull("tools").put("add_generation_prompt", false);
      if (read.isArray()) {
        variables.set("messages", read);
      } else if (read instanceof ObjectNode given && given.path("messages").isArray()) {
        variables.setAll(given);
      } else {
        throw new CliException(
            ExitCode.USAGE, input + ": expected an object with an array `messages`");
      }
      return variables;
    }

    private byte[] bytes(String file) {
      try (InputStream in =
          file.equals("-") ? workplace.terminal().in() : Files.newInputStream(Path.of(file))) {
        byte[] bytes = in.readNBytes(INPUT_BYTES_MAX + 1);
        if (bytes.length > INPUT_BYTES_MAX) {
          throw new CliException(
              ExitCode.USAGE, file + " has more than " + INPUT_BYTES_MAX + " bytes");
        }
        return bytes;
      } catch (IOException e) {
        throw new CliException(ExitCode.USAGE, file + " cannot be read: " + e);
      }
    }
  }
}
