package dev.stellwerk.inference.inspect;

import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.ModelFileException;
import java.util.List;

/// Reads metadata for a report: what is not there, or not of the usual type, is 0 or empty.
record Metadata(Gguf gguf, String architecture) {
  static Metadata of(Gguf gguf) {
    return new Metadata(gguf, text(gguf, "general.architecture"));
  }

  String text(String key) {
    return text(gguf, key);
  }

  String own(String key) {
    return text(gguf, name(key));
  }

  /// An integer, or the greatest one of an array: some files have a value a layer.
  long integer(String key) {
    try {
      return gguf.integer(name(key)).orElse(0);
    } catch (ModelFileException e) {
      return greatest(name(key));
    }
  }

  double number(String key) {
    try {
      return gguf.number(name(key)).orElse(0);
    } catch (ModelFileException e) {
      return 0;
    }
  }

  boolean flag(String key) {
    try {
      return gguf.flag(name(key)).orElse(false);
    } catch (ModelFileException e) {
      return false;
    }
  }

  boolean has(String key) {
    return gguf.keys().contains(name(key));
  }

  long tokens() {
    try {
      return gguf.strings("tokenizer.ggml.tokens").map(List::size).orElse(0);
    } catch (ModelFileException e) {
      return 0;
    }
  }

  private long greatest(String key) {
    try {
      long greatest = 0;
      for (long value : gguf.integers(key).orElse(new long[0])) {
        greatest = Math.max(greatest, value);
      }
      return greatest;
    } catch (ModelFileException e) {
      return 0;
    }
  }

  private String name(String key) {
    return architecture + "." + key;
  }

  private static String text(Gguf gguf, String key) {
    try {
      return gguf.string(key).orElse("");
    } catch (ModelFileException e) {
      return "";
    }
  }
}
