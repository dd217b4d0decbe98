package dev.stellwerk.inference.model;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.inference.backend.DType;
import dev.stellwerk.inference.format.Gguf;
import dev.stellwerk.inference.format.TensorInfo;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/// A model of the parity suite, rebuilt bit for bit, and what llama.cpp computed with it; the
/// README of `src/test/parity` states the rules.
///
/// ```
/// NAME.gz: a line of JSON | header of the GGUF file | logits [positions, vocabulary]
///          | scores [layers, positions, experts] | taken experts, bytes [layers, positions, used]
/// ```
public final class ParityModel {
  private static final int ALIGNMENT = 32;
  private static final long DATA_BYTES_MAX = 128L << 20;
  private static final JsonNode INDEX = index();

  private final JsonNode about;
  private final byte[] header;
  private final float[][] logits; // [positions][vocabulary]
  private final float[][][] scores; // [layers][positions][experts]
  private final int[][][] taken; // [layers][positions][used]

  private ParityModel(ByteBuffer body, JsonNode about) {
    this.about = about;
    this.header = new byte[number("headerBytes")];
    body.get(header);
    int positions = tokens().length;
    int layers = number("layers");
    logits = new float[positions][number("vocabulary")];
    scores = new float[layers][positions][number("experts")];
    taken = new int[layers][positions][number("used")];
    fill(body, logits);
    for (float[][] layer : scores) {
      fill(body, layer);
    }
    for (int[][] layer : taken) {
      for (int[] row : layer) {
        Arrays.setAll(row, i -> body.get() & 0xFF);
      }
    }
    if (body.hasRemaining()) {
      throw new IllegalStateException(body.remaining() + " bytes too many in " + name());
    }
  }

  public static List<String> names() {
    return new ObjectMapper()
        .convertValue(INDEX.get("variants"), new TypeReference<List<String>>() {});
  }

  public static ParityModel of(String name) {
    try {
      byte[] bytes =
          new GZIPInputStream(new ByteArrayInputStream(resource(name + ".gz"))).readAllBytes();
      int line = 0;
      while (bytes[line] != '\n') {
        line++;
      }
      ByteBuffer body = ByteBuffer.wrap(bytes, line + 1, bytes.length - line - 1);
      return new ParityModel(
          body.slice().order(ByteOrder.LITTLE_ENDIAN), new ObjectMapper().readTree(bytes, 0, line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The shape: an architecture with certain hyperparameters.
  String name() {
    return about.get("name").asText();
  }

  /// The element type of most weights.
  String type() {
    return about.get("type").asText();
  }

  int[] tokens() {
    int[] tokens = new int[about.get("tokens").size()];
    Arrays.setAll(tokens, i -> about.get("tokens").get(i).asInt());
    return tokens;
  }

  float[][] logits() {
    return logits;
  }

  float[][][] scores() {
    return scores;
  }

  int[][][] taken() {
    return taken;
  }

  /// Writes the whole file into a folder, and checks that it is the right one.
  public Path write(Path folder) throws IOException {
    Path path = folder.resolve("model.gguf");
    Files.write(path, header);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(header.length + DATA_BYTES_MAX);
      long end = header.length;
      try (Gguf gguf = Gguf.open(path)) {
        for (TensorInfo tensor : gguf.tensors().values()) {
          file.seek(tensor.offset());
          file.write(payload(tensor));
          end = (tensor.offset() + tensor.bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
      }
      file.setLength(end);
    }
    String found = TinyModel.sha256(Files.readAllBytes(path));
    if (!found.equals(about.get("sha256").asText())) {
      throw new IllegalStateException(name() + " was rebuilt wrongly: SHA-256 " + found);
    }
    return path;
  }

  private static byte[] payload(TensorInfo tensor) {
    String kind = tensor.name().replaceFirst("^blk\\.\\d+\\.", "");
    boolean vector = tensor.dims().size() == 1 || kind.endsWith("bias");
    double deviation =
        INDEX.get("gains").path(kind).asDouble(1.0) / Math.sqrt(tensor.dims().getFirst());
    SplitMix64 random = new SplitMix64(TinyModel.fnv1a(tensor.name()) ^ seed());
    JsonNode block = INDEX.get("blocks").get(tensor.type().name());
    if (block != null) {
      return blocks(tensor, block, deviation, random);
    }
    JsonNode pair = vector ? vector(kind) : null;
    double scale = pair == null ? deviation * Math.sqrt(3) : pair.get(0).asDouble();
    double offset = pair == null ? 0 : pair.get(1).asDouble();
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      put(tensor.type(), (float) (offset + (random.unit() * 2 - 1) * scale), out);
    }
    return out.array();
  }

  private static void put(DType type, float value, ByteBuffer out) {
    switch (type.name()) {
      case "F32" -> out.putFloat(value);
      case "F16" -> out.putShort(Float.floatToFloat16(value));
      case "BF16" -> out.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
      default -> throw new IllegalArgumentException(type.name());
    }
  }

  private static JsonNode vector(String kind) {
    for (Map.Entry<String, JsonNode> entry : INDEX.get("vectors").properties()) {
      if (kind.endsWith(entry.getKey())) {
        return entry.getValue();
      }
    }
    throw new IllegalArgumentException(kind);
  }

  /// Random blocks, with scales that fit the deviation.
  private static byte[] blocks(
      TensorInfo tensor, JsonNode block, double deviation, SplitMix64 random) {
    int blockBytes = block.get("bytes").asInt();
    int bytes = Math.toIntExact(tensor.bytes());
    ByteBuffer out = ByteBuffer.allocate((bytes + 7) / 8 * 8).order(ByteOrder.LITTLE_ENDIAN);
    while (out.hasRemaining()) {
      out.putLong(random.next());
    }
    double scale = deviation / block.get("unit").asDouble();
    int exponent = (int) Math.floor(Math.log(scale) / Math.log(2) + 0.5);
    for (int at = 0; at < bytes; at += blockBytes) {
      double unit = random.unit();
      if (block.get("scales").isEmpty()) { // one byte, an exponent
        out.put(at, (byte) (127 + exponent - 1 + (int) Math.floor(unit * 3)));
      }
      double factor = 1.0;
      for (JsonNode offset : block.get("scales")) {
        float value = (float) (scale * factor * (0.5 + unit));
        out.putShort(at + offset.asInt(), Float.floatToFloat16(value));
        factor = block.get("second").asDouble();
      }
    }
    return Arrays.copyOf(out.array(), bytes);
  }

  private void fill(ByteBuffer from, float[][] rows) {
    boolean half = number("floatBytes") == 2;
    for (float[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = half ? Float.float16ToFloat(from.getShort()) : from.getFloat();
      }
    }
  }

  private int number(String key) {
    return about.get(key).asInt();
  }

  private static long seed() {
    return Long.parseUnsignedLong(INDEX.get("seed").asText().substring(2), 16);
  }

  private static JsonNode index() {
    try {
      return new ObjectMapper().readTree(resource("index.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] resource(String file) throws IOException {
    try (InputStream in = ParityModel.class.getResourceAsStream("/parity/" + file)) {
      if (in == null) {
        throw new FileNotFoundException("/parity/" + file);
      }
      return in.readAllBytes();
    }
  }
}
