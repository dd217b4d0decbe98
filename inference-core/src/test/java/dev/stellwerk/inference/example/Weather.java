package dev.stellwerk.inference.example;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.inference.TextGenerator;
import java.nio.file.Path;

final class Weather {
  private static final String SCHEMA =
      """
      {"type": "object", "required": ["city", "celsius"], "additionalProperties": false,
       "properties": {
         "city": {"enum": ["Hamburg", "Paris", "Rome"]},
         "celsius": {"type": "integer", "minimum": -50, "maximum": 60}}}
      """;

  public static void main(String... args) throws Exception {
    try (TextGenerator model = TextGenerator.load(Path.of(args[0]))) {
      var schema = new ObjectMapper().readTree(SCHEMA);
      System.out.println(model.answer("It is 21 degrees in Hamburg.", schema, 100).text());
    }
  }
}
