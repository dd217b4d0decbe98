package dev.stellwerk.inference.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.TensorInfo;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Rebuilds the tiny models of `src/test/parity` from their headers, bit for bit; the README there
/// states the rules.
public final class TinyModel {
  private static final int ALIGNMENT = 32;

  /// Room behind the header while it is read for the first time; above every tiny model's size.
  private static final long DATA_BYTES_MAX = 64L << 20;

  private final String name;
  private final JsonNode golden;

  private TinyModel(String name, JsonNode golden) {
    this.name = name;
    this.golden = golden;
  }

  public static TinyModel of(String name) {
    try {
      return new TinyModel(name, new ObjectMapper().readTree(resource(name + ".json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes the whole file into a folder, and checks that it is the right one.
  public Path write(Path folder) {
    Path path = folder.resolve(name + ".gguf");
    try {
      byte[] header = resource(name + ".header.gguf");
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.write(header);
        file.setLength(header.length + DATA_BYTES_MAX);
        long end = header.length;
        try (Gguf gguf = Gguf.open(path)) {
          for (TensorInfo tensor : gguf.tensors().values()) {
            file.seek(tensor.offset());
            file.write(data(tensor));
            end = (tensor.offset() + tensor.bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
          }
        }
        file.setLength(end);
      }
      String found = sha256(Files.readAllBytes(path));
      if (!found.equals(golden.get("ggufSha256").asText())) {
        throw new IllegalStateException(name + " was rebuilt wrongly: SHA-256 " + found);
      }
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int positions() {
    return golden.get("positions").asInt();
  }

  public int vocabulary() {
    return golden.get("vocab").asInt();
  }

  public int[] tokens() {
    int[] tokens = new int[golden.get("tokens").size()];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = golden.get("tokens").get(i).asInt();
    }
    return tokens;
  }

  /// The least difference, over the layers, between the last selection score that counts at a
  /// position and the first that does not.
  public double routerMargin(int position) {
    return golden.get("routerMargins").get(position).asDouble();
  }

  /// Logits [positions, vocabulary] by another implementation.
  ///
  /// @param kind `logits` (llama.cpp) or `exact` (numpy, no rounding of activations)
  public float[] expected(String kind) {
    try {
      byte[] bytes = resource(name + "." + kind + ".bin");
      float[] values = new float[bytes.length / Float.BYTES];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
      return values;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] data(TensorInfo tensor) {
    JsonNode scale = golden.get("scales").get(tensor.name().replaceFirst("^blk\\.\\d+\\.", ""));
    long seed = Long.parseUnsignedLong(golden.get("seed").asText().substring(2), 16);
    SplitMix64 random = new SplitMix64(fnv1a(tensor.name()) ^ seed);
    float[] values = new float[Math.toIntExact(tensor.elements())];
    for (int i = 0; i < values.length; i++) {
      double unit = random.unit() * 2 - 1;
      values[i] = (float) (scale.get(1).asDouble() + unit * scale.get(0).asDouble());
    }
    return encode(tensor.type(), values);
  }

  /// Quantises as ggml's reference quantisers do.
  private static byte[] encode(DType type, float[] values) {
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(type.bytes(values.length)))
            .order(ByteOrder.LITTLE_ENDIAN);
    switch (type) {
      case F32 -> {
        for (float value : values) {
          out.putFloat(value);
        }
      }
      case Q8_0 -> {
        for (int block = 0; block < values.length; block += 32) {
          float scale = Math.abs(peak(values, block)) / 127f;
          out.putShort(Float.floatToFloat16(scale));
          for (int i = 0; i < 32; i++) {
            double scaled = values[block + i] * inverse(scale);
            out.put((byte) Math.copySign(Math.floor(Math.abs(scaled) + 0.5), scaled));
          }
        }
      }
      case Q4_0 -> {
        for (int block = 0; block < values.length; block += 32) {
          float scale = peak(values, block) / -8f;
          out.putShort(Float.floatToFloat16(scale));
          for (int i = 0; i < 16; i++) {
            int low = nibble(values[block + i] * inverse(scale));
            int high = nibble(values[block + i + 16] * inverse(scale));
            out.put((byte) (low | high << 4));
          }
        }
      }
      default -> throw new IllegalArgumentException("no tiny model has " + type);
    }
    return out.array();
  }

  private static int nibble(float scaled) {
    return Math.min(15, (byte) (scaled + 8.5f));
  }

  private static float inverse(float scale) {
    return scale == 0 ? 0f : 1f / scale;
  }

  /// The first value of greatest magnitude of a block, with its sign.
  private static float peak(float[] values, int block) {
    float peak = 0;
    for (int i = 0; i < 32; i++) {
      if (Math.abs(values[block + i]) > Math.abs(peak)) {
        peak = values[block + i];
      }
    }
    return peak;
  }

  static long fnv1a(String text) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    return hash;
  }

  private static byte[] resource(String file) throws IOException {
    try (InputStream in = TinyModel.class.getResourceAsStream("/golden/" + file)) {
      if (in == null) {
        throw new FileNotFoundException("/golden/" + file);
      }
      return in.readAllBytes();
    }
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
