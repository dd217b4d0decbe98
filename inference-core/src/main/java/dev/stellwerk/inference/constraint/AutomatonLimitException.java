package dev.stellwerk.inference.constraint;

/// An automaton would grow beyond its limit; the compiler names the schema's place.
final class AutomatonLimitException extends RuntimeException {
  AutomatonLimitException(String message) {
    super(message);
  }
}
