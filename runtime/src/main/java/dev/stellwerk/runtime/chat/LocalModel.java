package dev.stellwerk.runtime.chat;

import dev.stellwerk.inference.engine.Engine;
import dev.stellwerk.inference.engine.EngineConfig;
import dev.stellwerk.inference.engine.Engines;
import dev.stellwerk.inference.engine.LoadProgress;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.SplitName;
import dev.stellwerk.inference.template.ChatTemplate;
import dev.stellwerk.inference.template.JinjaChatTemplate;
import dev.stellwerk.inference.template.KimiK2Format;
import dev.stellwerk.inference.template.ToolCallFormat;
import dev.stellwerk.inference.tokenizer.Tokenizer;
import dev.stellwerk.inference.tokenizer.Tokenizers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;

/// A model loaded from a file, with everything that it needs to hold conversations.
public final class LocalModel implements AutoCloseable {
  private final LocalChatModel chat;
  private final Gguf gguf;

  private LocalModel(LocalChatModel chat, Gguf gguf) {
    this.chat = chat;
    this.gguf = gguf;
  }

  /// Loads a GGUF file, or all files of a split one, and starts its engine.
  ///
  /// @throws dev.stellwerk.inference.format.ModelFileException when the file is not usable
  /// @throws ModelUnavailableException when it cannot hold a conversation with tools
  /// @throws IllegalArgumentException when the backend is not available
  public static LocalModel load(Path file, EngineConfig config, LoadProgress progress) {
    Gguf gguf = Gguf.open(file);
    boolean loaded = false;
    try {
      Tokenizer tokenizer = Tokenizers.load(gguf);
      ChatTemplate template = JinjaChatTemplate.load(gguf, Clock.system(ZoneId.systemDefault()));
      ToolCallFormat format = format(file, tokenizer);
      Engine engine = Engines.load(gguf, config, progress);
      loaded = true;
      return new LocalModel(
          new LocalChatModel(name(file), engine, tokenizer, template, format), gguf);
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

  private static ToolCallFormat format(Path file, Tokenizer tokenizer) {
    if (!KimiK2Format.fits(tokenizer)) {
      throw new ModelUnavailableException(
          file
              + " has no tool-call format that is known here (Kimi K2's markers are not in its"
              + " vocabulary)");
    }
    return new KimiK2Format(tokenizer, KimiK2Format.Options.DEFAULTS);
  }
}
