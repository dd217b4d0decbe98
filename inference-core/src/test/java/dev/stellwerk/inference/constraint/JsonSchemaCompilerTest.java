package dev.stellwerk.inference.constraint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stellwerk.inference.constraint.JsonSchemaCompiler.KeyOrder;
import dev.stellwerk.inference.constraint.JsonSchemaCompiler.Options;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonSchemaCompilerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static ByteAutomaton compile(String schema, Options options) {
    return new ByteAutomaton(new JsonSchemaCompiler(options).compile(json(schema)));
  }

  /// Checks texts, written with single quotes; those that begin with `!` must be refused.
  static void check(String schema, Options options, String... texts) {
    ByteAutomaton automaton = compile(schema, options);
    for (String text : texts) {
      boolean wanted = !text.startsWith("!");
      String instance = (wanted ? text : text.substring(1)).replace('\'', '"');
      assertEquals(
          wanted,
          automaton.matches(instance.getBytes(StandardCharsets.UTF_8)),
          schema + " and " + instance);
    }
  }

  static void check(String schema, String... texts) {
    check(schema, Options.COMPACT, texts);
  }

  @Test
  void scalars() {
    check("{'type':'null'}", "null", "!nul", "!true");
    check("{'type':'boolean'}", "true", "false", "!null");
    check("{'type':'integer'}", "0", "-7", "123456789012345678", "!01", "!1.0", "!1e3", "!-", "!");
    check("{'type':'number'}", "0", "-0.5", "1e9", "2.50E-3", "!.5", "!1.", "!1e", "!+1", "!00");
    check("{'type':['string','null']}", "null", "'x'", "!1");
    check("{'enum':['a',1,null,{'b':[2]}]}", "'a'", "1", "null", "{'b':[2]}", "!'b'", "!{'b':[]}");
    check("{'const':'x'}", "'x'", "!'y'");
    check("{'type':'string','enum':['a',1,'b']}", "'a'", "'b'", "!1");
    check("{'type':'string','minLength':2,'enum':['a','bb']}", "'bb'", "!'a'");
    check("{'enum':[[1,2],[1],{'a':1}],'items':{'maximum':1},'required':['b']}", "[1]", "![1,2]");
    // A value is checked against the schema that it stands in, again and again.
    check("{'enum':[{'a':{'a':3}},{},{'a':{}}],'properties':{'a':{'$ref':'#'}}}", "{'a':{}}", "{}");
    check("{'enum':[{'a':{'a':3}},{}],'properties':{'a':{'$ref':'#'}}}", "!{'a':{'a':3}}");
  }

  @Test
  void stringsAreAnyJsonString() {
    check(
        "{'type':'string'}",
        "''",
        "'é日😀'",
        "'\\n\\u00e9\\/\\\"'".replace("\\\"", "\\\\"),
        "'\\ud83d\\ude00'",
        "!'\\ud83d'",
        "!'\\ude00'",
        "!'\\ud83d\\n'",
        "!'\n'",
        "!'\\x'",
        "!'");
    check("{'type':'string','minLength':2,'maxLength':3}", "'ab'", "'日本語'", "!'a'", "!'abcd'");
    check("{'type':'string','maxLength':1}", "'😀'", "'\\ud83d\\ude00'", "'\\n'", "''", "!'ab'");
    ByteAutomaton any = compile("{'type':'string'}", Options.COMPACT);
    assertTrue(any.matches(new byte[] {'"', (byte) 0xc3, (byte) 0xa9, '"'}));
    List<byte[]> broken =
        List.of(
            new byte[] {'"', (byte) 0xc3, '"'},
            new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'},
            new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
            new byte[] {'"', (byte) 0xf5, (byte) 0x80, (byte) 0x80, (byte) 0x80, '"'});
    broken.forEach(text -> assertEquals(false, any.matches(text)));
  }

  @ParameterizedTest
  @CsvSource({
    "-3, 12",
    "0, 0",
    "5, 5",
    "-20, -7",
    "99, 1001",
    "-1, 1",
    "-100, 100",
    "7, 8",
    "10, 99",
  })
  void integerRanges(int low, int high) {
    String bounds = "{'type':'integer','minimum':" + low + ",'maximum':" + high + "}";
    ByteAutomaton inclusive = compile(bounds, Options.COMPACT);
    for (int i = -1_200; i <= 1_200; i++) {
      byte[] text = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
      assertEquals(i >= low && i <= high, inclusive.matches(text), bounds + " and " + i);
    }
  }

  @Test
  void numberRanges() {
    check("{'type':'number','minimum':0.5,'maximum':2}", "0.5", "0.50", "1", "2", "2.0", "1.999");
    check(
        "{'type':'number','minimum':0.5,'maximum':2}", "!0.49", "!0", "!2.01", "!3", "!-1", "!1e1");
    check(
        "{'type':'number','exclusiveMinimum':0,'exclusiveMaximum':1}", "0.1", "0.001", "!0", "!1");
    check("{'type':'number','exclusiveMinimum':0}", "0.0001", "17", "!0.000", "!-0", "!-0.0");
    check(
        "{'type':'number','minimum':-1.5,'maximum':-0.25}",
        "-1.5",
        "-1",
        "-0.25",
        "!-0.2",
        "!-1.51");
    check("{'type':'number','minimum':-1}", "-0", "-1.0", "123.5", "!-1.01", "!-2");
    check("{'minimum':5,'exclusiveMinimum':true,'type':'integer'}", "6", "!5");
    check("{'type':'integer','exclusiveMinimum':2.5,'maximum':4.5}", "3", "4", "!2", "!5");
  }

  @Test
  void objects() {
    String schema =
        "{'type':'object','properties':{'a':{'type':'integer'},'b':{'type':'boolean'},'c':{}},"
            + "'required':['b'],'additionalProperties':false}";
    check(
        schema,
        "{'b':true}",
        "{'a':1,'b':true}",
        "{'b':true,'c':[{}]}",
        "{'a':1,'b':false,'c':null}");
    check(
        schema,
        "!{}",
        "!{'a':1}",
        "!{'b':true,'a':1,'b':true}",
        "!{'b':true,'d':1}",
        "!{'b':true,}",
        "!{,'b':true}");
    check("{'type':'object','additionalProperties':false}", "{}", "!{'a':1}");
    check("{'type':'object','properties':{'a':false}}", "{}", "{'b':1}", "!{'a':1}");
  }

  @Test
  void arrays() {
    check(
        "{'type':'array','items':{'type':'integer'}}",
        "[]",
        "[1]",
        "[1,2,3]",
        "![1,]",
        "![,1]",
        "!['a']");
    check("{'type':'array','minItems':1,'maxItems':2}", "[1]", "[1,'a']", "![]", "![1,2,3]");
    check(
        "{'type':'array','prefixItems':[{'type':'null'},{'type':'integer'}],'items':false}",
        "[]",
        "[null]");
    check(
        "{'type':'array','prefixItems':[{'type':'null'},{'type':'integer'}],'items':false}",
        "[null,1]",
        "![1]",
        "![null,1,2]");
    check(
        "{'type':'array','items':[{'type':'null'}],'additionalItems':{'type':'integer'}}",
        "[null,1,2]",
        "![null,null]");
    check(
        "{'type':'array','items':{'type':'array','items':{'type':'null'},'maxItems':1}}",
        "[[],[null]]",
        "![[null,null]]");
    check("{'type':'array','items':{'enum':[1]},'minItems':3}", "[1,1,1]", "[1,1,1,1,1]", "![1,1]");
  }

  @Test
  void oneSpaceIsAnOption() {
    Options spaces = new Options(true, false, KeyOrder.ANY);
    String schema =
        "{'type':'object','properties':{'a':{'type':'array','items':{'type':'integer'}},'b':{}},'additionalProperties':false}";
    check(
        schema,
        spaces,
        "{'a': [1, 2,3], 'b': {'c': 1, 'd':2}}",
        "{'a':[1]}",
        "!{ 'a':[1]}",
        "!{'a':[ 1]}",
        "!{'a':  [1]}",
        "!{'a' :[1]}");
    check(schema, "!{'a': [1]}");
  }

  @Test
  void combinations() {
    check("{'anyOf':[{'type':'string'},{'type':'integer','minimum':3}]}", "'x'", "3", "!2");
    check(
        "{'type':'object','properties':{'a':{},'b':{}},'anyOf':[{'required':['a']},{'required':['b']}],'additionalProperties':false}",
        "{'a':1}",
        "{'b':1}",
        "{'a':1,'b':1}",
        "!{}");
    check("{'allOf':[{'type':'integer','minimum':3},{'maximum':5}]}", "3", "5", "!2", "!6");
    check(
        "{'allOf':[{'properties':{'a':{'type':'integer'}}},{'properties':{'a':{'minimum':3}}}],'type':'object'}",
        "{'a':3}",
        "!{'a':2}");
    check(
        "{'allOf':[{'properties':{'a':{}},'additionalProperties':false},{'properties':{'b':{}}}],'type':'object'}",
        "{'a':3}",
        "!{'b':2}");
    check("{'oneOf':[{'type':'string'},{'type':'null'}]}", "'x'", "null");
    check(
        "{'oneOf':[{'type':'object','properties':{'k':{'const':'a'}},'required':['k']},{'type':'object','properties':{'k':{'const':'b'}},'required':['k']}]}",
        "{'k':'a'}",
        "{'k':'b'}",
        "!{'k':'c'}",
        "!{}");
  }

  @Test
  void references() {
    check("{'$ref':'#/$defs/n','$defs':{'n':{'type':'null'}}}", "null", "!1");
    check(
        "{'$defs':{'a/b':{'type':'null'}},'properties':{'x':{'$ref':'#/$defs/a~1b'}},'type':'object'}",
        "{'x':null}",
        "!{'x':1}");
    String tree =
        "{'type':'object','properties':{'v':{'type':'integer'},'kids':{'type':'array','items':{'$ref':'#'}}},'required':['v'],'additionalProperties':false}";
    check(tree, "{'v':1}", "{'v':1,'kids':[{'v':2,'kids':[]},{'v':3}]}", "!{'v':1,'kids':[{}]}");
    String deep = "[".repeat(60) + "]".repeat(60);
    check("{}", deep, "!" + "[".repeat(70) + "]".repeat(70));
    check(
        "{'anyOf':[{'type':'null'},{'type':'array','items':{'$ref':'#'},'minItems':1}]}",
        "null",
        "[[null]]",
        "![]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      commentCharacter = '~',
      value = {
        "{'type':'string','pattern':'^(?=a)'} | 'pattern' at /",
        "{'type':'string','pattern':'a^b'} | 'pattern' at /",
        "{'type':'string','pattern':'(a'} | 'pattern' at /",
        "{'type':'string','pattern':'\\\\p{L}'} | 'pattern' at /",
        "{'type':'string','pattern':'^([ab]{999}){999}$'} | 'pattern' at /",
        "{'type':'string','pattern':'^a$','maxLength':0} | no instance satisfies",
        "{'properties':{'a~b':{'type':'number','multipleOf':300000}}} | 'multipleOf' at /properties/a~0b",
        "{'type':'number','multipleOf':0} | 'multipleOf' at /",
        "{'type':'string','format':'regex'} | 'format' at /: 'regex' is not supported",
        "{'type':'array','items':{'not':{'format':'date'}}} | 'format' at /items",
        "{'type':'object','not':{'patternProperties':{'^x':false}}} | 'patternProperties' at /",
        "{'type':'array','uniqueItems':true} | 'uniqueItems' at /",
        "{'type':'object','patternProperties':{'\\\\b':{}}} | 'patternProperties' at /",
        "{'type':'object','minProperties':1,'additionalProperties':false} | no instance satisfies",
        "{'not':{}} | no instance satisfies",
        "{'oneOf':[{},{}]} | no instance satisfies",
        "{'if':{},'then':false} | no instance satisfies",
        "{'$ref':'http://example.com/s'} | '$ref' at /",
        "{'$ref':'#/nowhere'} | '$ref' at /",
        "{'$ref':'#'} | '$ref' at /",
        "{'anyOf':[{'$ref':'#'},{'type':'null'}]} | '$ref' at /",
        "{'type':'strnig'} | 'type' at /",
        "{'type':'string','minLength':-1} | 'minLength' at /",
        "{'type':'string','minLength':1000000} | 'minLength' at /",
        "{'type':'object','required':['a'],'additionalProperties':false} | no instance satisfies",
        "{'type':'integer','minimum':3,'maximum':2} | no instance satisfies",
        "{'type':'array','items':{'$ref':'#'},'minItems':1} | no instance satisfies",
        "{'properties':{'a':3}} | 'schema' at /properties/a",
        "false | no instance satisfies",
      })
  void refusals(String schema, String message) {
    UnsupportedSchemaException refusal =
        assertThrows(UnsupportedSchemaException.class, () -> compile(schema, Options.COMPACT));
    assertTrue(String.valueOf(refusal.getMessage()).contains(message), refusal.getMessage());
  }

  @Test
  void keywordsOfOtherTypesAndAnnotationsDoNotMatter() {
    check(
        "{'type':'integer','pattern':'^a','uniqueItems':true,'title':'t','format':'int32','x-y':1}",
        "1");
    check(
        "{'type':'string','uniqueItems':false,'default':3,'examples':[],'format':'whatever'}",
        "'a'");
  }

  @Test
  void hostileSchemasEndInARefusalOrInTime() {
    StringBuilder product = new StringBuilder("{'allOf':[");
    for (int i = 0; i < 12; i++) {
      product
          .append(i == 0 ? "" : ",")
          .append("{'anyOf':[{'minLength':1},{'maxLength':9},{'minimum':2}]}");
    }
    product.append("]}");
    assertThrows(
        UnsupportedSchemaException.class, () -> compile(product.toString(), Options.COMPACT));
    StringBuilder defs = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      String next = "{'$ref':'#/$defs/d" + (i + 1) + "'}";
      defs.append("'d" + i + "':{'allOf':[" + next + "," + next + "]},");
    }
    String bomb = "{'$ref':'#/$defs/d0','$defs':{" + defs + "'d30':{'type':'null'}}}";
    assertThrows(UnsupportedSchemaException.class, () -> compile(bomb, Options.COMPACT));
    StringBuilder chain = new StringBuilder("{'$ref':'#/$defs/d0','$defs':{");
    StringBuilder rules = new StringBuilder(chain);
    for (int i = 0; i < 20_000; i++) {
      String next = "{'$ref':'#/$defs/d" + (i + 1) + "'}";
      chain.append("'d" + i + "':{'anyOf':[" + next + ",{'type':'null'}]},");
      rules.append("'d" + i + "':{'type':'array','items':" + next + "},");
    }
    assertThrows(
        UnsupportedSchemaException.class, () -> compile(chain + "'d20000':{}}}", Options.COMPACT));
    check(rules + "'d20000':{}}}", "[]", "[[[]]]", "![1]");
    String nested = "{'type':'array','items':".repeat(400) + "{}" + "}".repeat(400);
    assertThrows(
        UnsupportedSchemaException.class,
        () ->
            compile(
                nested
                    .replace("{}", "{'type':'array','minItems':1}")
                    .replace("'items'", "'minItems':1,'items'"),
                Options.COMPACT));
    check(nested, "[]", "[[[]]]");
  }
}
