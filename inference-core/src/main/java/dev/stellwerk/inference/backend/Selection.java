package dev.stellwerk.inference.backend;

/// Which experts each token takes, best first, and with what weight.
///
/// @param used experts a token
/// @param ids int32 [tokens, used]
/// @param weights f32 [tokens, used]
public record Selection(int tokens, int used, Buffer ids, Buffer weights) {
  public static Selection allocate(Backend backend, int tokens, int used) {
    long bytes = (long) tokens * used * Integer.BYTES;
    return new Selection(tokens, used, backend.allocate(bytes), backend.allocate(bytes));
  }

  public long idAddress(int token, int slot) {
    return ids.address() + ((long) token * used + slot) * Integer.BYTES;
  }

  public long weightAddress(int token, int slot) {
    return weights.address() + ((long) token * used + slot) * Float.BYTES;
  }
}
