package dev.stellwerk.inference.constraint;

import static dev.stellwerk.inference.constraint.JsonSchemaCompilerTest.check;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stellwerk.inference.constraint.JsonSchemaCompiler.KeyOrder;
import dev.stellwerk.inference.constraint.JsonSchemaCompiler.Options;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Members, opposites and conditions, keyword by keyword.
class SchemaKeywordsTest {
  @Test
  void membersStandInAnyOrderOrInThatOfTheDeclaration() {
    String schema =
        "{'type':'object','properties':{'b':{'type':'integer'},'a':{'type':'boolean'},'c':{}},'required':['a'],'additionalProperties':{'type':'null'}}";
    check(
        schema,
        "{'a':true}",
        "{'b':1,'a':true}",
        "{'a':true,'b':1}",
        "{'c':0,'x':null,'a':true,'b':1}",
        "!{'b':1}",
        "!{'a':true,'a':true}",
        "!{'c':0,'x':null}");
    Options declared = new Options(false, false, KeyOrder.DECLARED);
    check(
        schema,
        declared,
        "{'a':true}",
        "{'b':1,'a':true}",
        "{'a':true,'c':0,'x':null}",
        "!{'a':true,'b':1}",
        "!{'x':null,'a':true}",
        "!{'c':0,'a':true}",
        "!{'b':1,'c':0}");
  }

  @Test
  void membersAreCounted() {
    String two =
        "{'type':'object','properties':{'a':{},'b':{},'c':{}},'minProperties':2,'maxProperties':2,'additionalProperties':false}";
    check(two, "{'a':1,'c':2}", "{'c':1,'b':2}", "!{}", "!{'a':1}", "!{'a':1,'b':1,'c':1}");
    check(
        two,
        new Options(false, false, KeyOrder.DECLARED),
        "{'a':1,'c':2}",
        "!{'c':1,'b':2}",
        "!{'c':1}");
    check("{'type':'object','minProperties':1}", "{'a':1}", "{'b':1,'c':1}", "!{}");
    check("{'type':'object','maxProperties':1}", "{}", "{'a':1}", "!{'a':1,'b':1}");
    check(
        "{'type':'object','properties':{'a':{}},'required':['a','b'],'maxProperties':3}",
        "{'x':1,'b':1,'a':1}",
        "!{'x':1,'y':1,'a':1}");
    check("{'type':'object','propertyNames':{'pattern':'^a'}}", "{}", "{'ab':1}", "!{'b':1}");
    check("{'type':'object','propertyNames':{'enum':['a','b']}}", "{'a':1}", "!{'c':1}");
    check("{'type':'object','propertyNames':{'maxLength':2}}", "{'ab':1}", "!{'abc':1}");
  }

  @Test
  void namesByPattern() {
    String schema =
        "{'type':'object','properties':{'ax':{'maximum':5}},'patternProperties':{'^a':{'type':'integer'},'x$':{'minimum':3}},'additionalProperties':{'type':'null'}}";
    check(
        schema,
        "{'ax':4,'a':1,'bx':'s','q':null}",
        "{'bx':3}",
        "!{'ax':2}",
        "!{'ax':6}",
        "!{'a':null}",
        "!{'abx':2}",
        "!{'q':1}");
    String closed =
        "{'type':'object','patternProperties':{'^[a-z]+$':{}},'additionalProperties':false}";
    check(closed, "{}", "{'abc':1,'d':2}", "!{'A':1}", "!{'':1}", "!{'a1':1}");
    check(
        "{'type':'object','patternProperties':{'s':false}}", "{'abc':1}", "!{'as':1}", "!{'s':1}");
  }

  /// A name that cannot go on must not be begun a second time.
  @Test
  void noNameEndsInADeadEnd() {
    String twoLetters =
        "{'type':'object','properties':{'na':{}},'propertyNames':{'minLength':2,'maxLength':2}}";
    assertFalse(mayFollow(twoLetters, "{'na':1,'n", "a"));
    assertTrue(mayFollow(twoLetters, "{'na':1,'n", "b"));
    String listed =
        "{'type':'object','properties':{'na':{}},'patternProperties':{'^(na|b)$':{}},'additionalProperties':false}";
    assertFalse(mayFollow(listed, "{'na':1,'", "n"));
    assertTrue(mayFollow(listed, "{'na':1,'", "b"));
  }

  private static boolean mayFollow(String schema, String before, String next) {
    ByteAutomaton automaton =
        new ByteAutomaton(
            new JsonSchemaCompiler(Options.COMPACT).compile(JsonSchemaCompilerTest.json(schema)));
    State state = automaton.start();
    for (byte b : (before + next).replace('\'', '"').getBytes(StandardCharsets.UTF_8)) {
      State behind = automaton.step(state, b & 0xff);
      if (behind == null) {
        return false;
      }
      state = behind;
    }
    return true;
  }

  @Test
  void opposites() {
    check("{'not':{'type':'string'}}", "1", "null", "{}", "!'a'");
    check("{'type':'integer','not':{'minimum':5}}", "4", "!5");
    check("{'type':'number','not':{'multipleOf':2}}", "3", "2.5", "!4", "!4.0", "!1e2");
    check("{'type':'string','not':{'pattern':'a'}}", "'b'", "!'ba'");
    check("{'type':'string','not':{'enum':['a','b']}}", "'c'", "'ab'", "''", "!'b'", "!'\\u0062'");
    check("{'not':{'const':{'a':1}}}", "{'a':2}", "{'b':1}", "{'a':1,'b':1}", "[]", "!{'a':1}");
    check("{'not':{'enum':[[1],[],true,7]}}", "[2]", "[1,1]", "false", "7.5", "![1]", "![]");
    check("{'not':{'enum':[true,7]}}", "false", "6", "!7", "!7.0", "!true");
    check("{'type':'object','not':{'required':['a','b']}}", "{'a':1}", "{}", "!{'a':1,'b':2}");
    check(
        "{'type':'object','not':{'properties':{'a':{'type':'integer'}}}}",
        "{'a':'x'}",
        "!{}",
        "!{'a':1}");
    check(
        "{'type':'object','not':{'properties':{'a':{}},'additionalProperties':false}}",
        "{'b':1}",
        "{'a':1,'c':1}",
        "!{}",
        "!{'a':1}");
    check("{'not':{'not':{'type':'null'}}}", "null", "!1");
    check("{'not':{'anyOf':[{'type':'null'},{'minimum':3}]}}", "2", "!'a'", "!null", "!3");
    check(
        "{'$defs':{'a':{'not':{'$ref':'#/$defs/b'}},'b':{'type':'null'}},'$ref':'#/$defs/a'}",
        "1",
        "!null");
  }

  @Test
  void exactlyOneAndConditions() {
    check("{'oneOf':[{'type':'integer'},{'minimum':2}]}", "1", "2.5", "'a'", "!3", "!1.5");
    check(
        "{'type':'object','oneOf':[{'required':['a']},{'required':['b']}]}",
        "{'a':1}",
        "{'c':1,'b':1}",
        "!{}",
        "!{'b':1,'c':1,'a':1}");
    check("{'oneOf':[{'type':'integer'},{'type':'number'}]}", "1.5", "!1", "!2e3");
    String conditional =
        "{'type':'object','if':{'properties':{'k':{'const':'x'}},'required':['k']},'then':{'required':['v']},'else':{'properties':{'v':false}}}";
    check(
        conditional,
        "{'k':'x','v':1}",
        "{'v':1,'k':'x'}",
        "{'k':'y'}",
        "{}",
        "!{'k':'x'}",
        "!{'k':'y','v':1}",
        "!{'v':1}");
    String depends =
        "{'type':'object','dependentRequired':{'a':['b']},'dependentSchemas':{'c':{'maxProperties':1}}}";
    check(depends, "{}", "{'b':1}", "{'b':1,'a':1}", "{'c':1}", "!{'a':1}", "!{'c':1,'d':1}");
    check("{'dependencies':{'a':['b'],'c':{'required':['d']}}}", "{'d':1,'c':1}", "3", "!{'a':1}");
  }

  @Test
  void multiples() {
    check("{'type':'integer','multipleOf':7}", "0", "14", "-21", "!15", "!1");
    check("{'type':'number','multipleOf':0.01}", "0.1", "3", "2.25", "2.250", "!2.255");
    check("{'type':'number','multipleOf':2.5}", "5", "7.5", "-2.50", "!6", "!7.25");
    check("{'type':'number','multipleOf':100,'maximum':250}", "200", "100.0", "!150", "!300");
  }

  /// What encloses a grammar takes over every kind of node.
  @Test
  void enclosedGrammarsKeepTheirStringsAndObjects() {
    String schema =
        "{'type':'object','properties':{'k':{'type':'string','pattern':'^a','maxLength':2}},'required':['k']}";
    Grammar inner =
        new JsonSchemaCompiler(Options.COMPACT).compile(JsonSchemaCompilerTest.json(schema));
    ByteAutomaton enclosed = new ByteAutomaton(Grammars.enclosed("<", inner, ">"));
    assertTrue(enclosed.matches("<{\"k\":\"ab\"}>".getBytes(StandardCharsets.UTF_8)));
    assertFalse(enclosed.matches("<{\"k\":\"abc\"}>".getBytes(StandardCharsets.UTF_8)));
    assertFalse(enclosed.matches("{\"k\":\"ab\"}".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void patternsWithLengths() {
    String even = "{'type':'string','pattern':'^(ab)*$','minLength':3,'maxLength':900}";
    check(even, "'abab'", "'ababab'", "!'ab'", "!'aba'", "!''", "!'" + "ab".repeat(451) + "'");
    check(even, "'" + "ab".repeat(450) + "'");
    check(
        "{'type':'string','pattern':'^é','minLength':2,'maxLength':3}",
        "'éa'",
        "'é日本'",
        "!'é'",
        "!'éabc'");
    check("{'type':'string','pattern':'a','maxLength':2}", "'a'", "'xa'", "!'xx'", "!'xxa'");
    check(
        "{'type':'string','not':{'enum':['ab']},'minLength':2,'maxLength':2}",
        "'aa'",
        "!'ab'",
        "!'a'");
    check("{'type':'string','pattern':'^(ab)+$','minLength':5}", "'ababab'", "!'abab'");
  }
}
