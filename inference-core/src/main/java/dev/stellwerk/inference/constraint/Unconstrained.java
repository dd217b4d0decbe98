package dev.stellwerk.inference.constraint;

/// The constraint that forbids nothing.
enum Unconstrained implements Constraint {
  INSTANCE;

  private static final int[] NOTHING = {};

  @Override
  public boolean fill(TokenMask mask) {
    return false;
  }

  @Override
  public void accept(int token) {}

  @Override
  public void rollback(int tokens) {}

  @Override
  public boolean complete() {
    return true;
  }

  @Override
  public int[] forced() {
    return NOTHING;
  }
}
