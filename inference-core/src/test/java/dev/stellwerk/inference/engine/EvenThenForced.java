package dev.stellwerk.inference.engine;

import dev.stellwerk.inference.constraint.Constraint;
import dev.stellwerk.inference.constraint.TokenMask;

/// Any even token below 100, then 101, 102 and 103, and again.
final class EvenThenForced implements Constraint {
  private int accepted;

  @Override
  public boolean fill(TokenMask mask) {
    for (int token = 0; token < 100; token += 2) {
      mask.allow(token);
    }
    return true;
  }

  @Override
  public void accept(int token) {
    int phase = accepted % 4;
    boolean allowed = phase == 0 ? token < 100 && token % 2 == 0 : token == 100 + phase;
    if (!allowed) {
      throw new IllegalArgumentException("token " + token + " in phase " + phase);
    }
    accepted++;
  }

  @Override
  public void rollback(int tokens) {
    accepted -= tokens;
  }

  @Override
  public boolean complete() {
    return accepted % 4 == 0;
  }

  @Override
  public int[] forced() {
    int[] forced = new int[(4 - accepted % 4) % 4];
    for (int i = 0; i < forced.length; i++) {
      forced[i] = 100 + accepted % 4 + i;
    }
    return forced;
  }
}
