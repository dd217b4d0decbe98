package dev.stellwerk.runtime.chat;

import dev.stellwerk.inference.engine.Engine;
import dev.stellwerk.inference.engine.EngineConfig;
import dev.stellwerk.inference.engine.Engines;
import dev.stellwerk.inference.engine.LoadProgress;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.SplitName;
import dev.stellwerk.inference.template.JinjaChatTemplate;
import dev.stellwerk.inference.template.ModelDialect;
import dev.stellwerk.inference.template.ToolFormat;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import dev.stellwerk.inference.tokenizer.Tokenizers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A model loaded from a file, with everything that it needs to hold conversations.
public final class LocalModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalModel.class);

  private final LocalChatModel chat;
  private final Gguf gguf;

  private LocalModel(LocalChatModel chat, Gguf gguf) {
    this.chat = chat;
    this.gguf = gguf;
  }

  /// Loads a GGUF file, or all files of a split one, and starts its engine.
  ///
  /// @param toolFormat the tool-call format to use instead of the one that the template renders
  /// @throws dev.stellwerk.inference.format.ModelFileException when the file is not usable
  /// @throws ModelUnavailableException when it cannot hold a conversation with tools
  /// @throws IllegalArgumentException when the backend is not available
  public static LocalModel load(
      Path file, EngineConfig config, Optional<String> toolFormat, LoadProgress progress) {
    Gguf gguf = Gguf.open(file);
    boolean loaded = false;
    try {
      Tokenizer tokenizer = Tokenizers.load(gguf);
      ModelDialect dialect = dialect(file, gguf, tokenizer, toolFormat);
      Engine engine = Engines.load(gguf, config, progress);
      loaded = true;
      return new LocalModel(
          new LocalChatModel(name(file), engine, tokenizer, dialect.template(), dialect.format()),
          gguf);
    } finally {
      if (!loaded) {
        gguf.close();
      }
    }
  }

  public LocalChatModel chat() {
    return chat;
  }

  @Override
  public void close() {
    chat.engine().close();
    gguf.close();
  }

  private static String name(Path file) {
    SplitName part = SplitName.of(file);
    if (part != null) {
      return part.base();
    }
    String name = String.valueOf(file.getFileName());
    return name.endsWith(".gguf") ? name.substring(0, name.length() - ".gguf".length()) : name;
  }

  private static ModelDialect dialect(
      Path file, Gguf gguf, Tokenizer tokenizer, Optional<String> toolFormat) {
    JinjaChatTemplate template = JinjaChatTemplate.load(gguf, Clock.system(ZoneId.systemDefault()));
    String source = gguf.requiredString(JinjaChatTemplate.KEY);
    try {
      Optional<ToolFormat> wanted = toolFormat.map(ToolFormat::byLabel);
      ModelDialect dialect = ModelDialect.of(source, template, tokenizer, wanted);
      dialect.note().ifPresent(note -> LOG.warn("{}: {}", name(file), note));
      return dialect;
    } catch (IllegalArgumentException e) {
      throw new ModelUnavailableException(name(file) + ": " + e.getMessage());
    }
  }
}
