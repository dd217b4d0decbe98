package dev.stellwerk.inference.backend;

/// The arithmetic that architectures are written in.
///
/// `n` is the number of tokens of the batch; shapes have it first. Every result row depends on its
/// own token's values only, computed in one fixed order: the batch size, the chunking of a prompt
/// and the number of threads change no bit. Called by one thread at a time. Operands do not overlap
/// unless a method says so. All methods throw `IllegalArgumentException` for shapes that do not
/// fit.
public interface Kernels extends RouterKernel {
  /// `out[t] = table[tokens[t]]`, expanded to F32.
  ///
  /// @param table [vocabulary, width], count 1
  /// @param tokens int32, `[n]`
  void embed(Matrix table, Buffer tokens, int n, Rows out);

  /// `out[t] = x[t] / sqrt(mean(x[t]²) + epsilon) * weight`. May work in place.
  ///
  /// @param weight f32 [x.width]
  void rmsNorm(Rows x, Buffer weight, float epsilon, int n, Rows out);

  /// `y[t] = w · x[t]`.
  ///
  /// @param w [y.width, x.width], count 1
  void matmul(Matrix w, Rows x, int n, Rows y);

  /// For each matrix i of the stack, `y[t][i * yStep ..] = w[i] · x[t][i * xStep ..]`.
  void matmulHeads(Matrix w, Rows x, int xStep, int n, Rows y, int yStep);

  /// Adds the same vector to each row: `x[t] += bias`.
  ///
  /// @param bias f32 [x.width]
  void addBias(Rows x, Buffer bias, int n);

  /// [#rmsNorm] of each of `heads` vectors a token, which fill the row; works in place.
  ///
  /// @param weight f32 [x.width / heads]
  void rmsNormHeads(Rows x, int heads, Buffer weight, float epsilon, int n);

  /// Rotates pairs of columns of `heads` vectors a token; vector h starts at column h * step. May
  /// work in place.
  ///
  /// @param angles [n, rotated width]: cosine and sine of each pair
  void rope(
      RopeStyle style, Rows x, int xStep, int heads, Rows angles, int n, Rows out, int outStep);

  /// Copies rows into the cache, from `position` on.
  ///
  /// @param rows [n, layout width]: keys of all kv heads, then their values
  void store(Rows rows, int n, KvView cache, int layer, int position);

  /// Causal attention. Token t stands at `position + t` and sees positions up to its own, as far
  /// back as the window reaches; they must be stored.
  ///
  /// @param q [n, heads * keyWidth]
  /// @param out [n, heads * valueWidth]
  void attend(Attention attention, Rows q, int n, KvView cache, int layer, int position, Rows out);

  /// `gate[t] = silu(gate[t]) * up[t]`.
  void swiglu(Rows gate, Rows up, int n);

  /// `out[t] = sum over slots s of weights[t][s] * f(x[t], ids[t][s])`, added in the order of the
  /// slots, where `f(x, e) = down[e] · activation(gate[e] · x, up[e] · x)`, each product with its
  /// bias where there is one.
  void experts(Experts experts, Rows x, int n, Selection selection, Rows out);

  /// `out[i] = x[rows[i]]`.
  ///
  /// @param rows int32, `[n]`, each below `x.count`
  void gather(Rows x, Buffer rows, int n, Rows out);

  /// `x[t] += y[t]`.
  void add(Rows x, Rows y, int n);
}
