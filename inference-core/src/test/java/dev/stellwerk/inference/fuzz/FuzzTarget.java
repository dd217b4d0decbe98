package dev.stellwerk.inference.fuzz;

import java.util.SplittableRandom;

/// Something that reads untrusted bytes.
interface FuzzTarget {
  String name();

  /// Of so many inputs, how many are for this target; relative to the others.
  int weight();

  /// The most bytes that one input may make the reader allocate on the heap.
  long allocatedBytesMax();

  /// The most time of the processor that one input may take.
  long cpuMillisMax();

  /// An input, which depends on nothing but the random numbers.
  byte[] input(SplittableRandom random);

  /// Reads it. Whatever is thrown is a fault of the reader; its own exceptions for bad input are
  /// caught here.
  ///
  /// @return whether the input was accepted, so that it reached the deep paths
  boolean accepts(byte[] input);
}
