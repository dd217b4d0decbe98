package dev.stellwerk.inference.backend;

import org.jspecify.annotations.Nullable;

/// The checks at the entry of kernels: behind it, addresses are trusted.
public final class Shapes {
  private Shapes() {}

  public static void check(boolean fits, String what) {
    if (!fits) {
      throw new IllegalArgumentException("shapes do not fit: " + what);
    }
  }

  public static void embed(Matrix table, Buffer tokens, int n, Rows out) {
    check(table.count() == 1 && table.columns() == out.width(), "embed width");
    check(n >= 0 && n <= out.count() && 4L * n <= tokens.bytes(), "embed tokens");
  }

  public static void rows(Rows x, int n, Rows out) {
    check(n >= 0 && n <= x.count() && n <= out.count(), "row counts");
    check(x.width() == out.width(), "widths");
  }

  public static void norm(Rows x, Buffer weight, int n, Rows out) {
    rows(x, n, out);
    check(weight.bytes() >= 4L * x.width(), "norm weight");
  }

  public static void matmul(Matrix w, Rows x, int n, Rows y) {
    check(n >= 0 && n <= x.count() && n <= y.count(), "matmul tokens");
    check(w.count() == 1 && w.columns() == x.width() && w.rows() == y.width(), "matmul widths");
  }

  public static void matmulHeads(Matrix w, Rows x, int xStep, int n, Rows y, int yStep) {
    check(n >= 0 && n <= x.count() && n <= y.count(), "matmulHeads tokens");
    check(fits(w.count(), xStep, w.columns(), x.width()), "matmulHeads input");
    check(
        fits(w.count(), yStep, /* needed= */ w.rows(), /* room= */ y.width()),
        "matmulHeads output");
  }

  public static void rope(Rows x, int xStep, int heads, Rows angles, int n, Rows out, int outStep) {
    int width = angles.width();
    check(n >= 0 && n <= x.count() && n <= out.count() && n <= angles.count(), "rope tokens");
    check(width % 2 == 0 && fits(heads, xStep, width, x.width()), "rope input");
    check(fits(heads, outStep, width, out.width()), "rope output");
  }

  public static void bias(Rows x, Buffer bias, int n) {
    check(n >= 0 && n <= x.count(), "bias rows");
    check(bias.bytes() >= 4L * x.width(), "bias width");
  }

  public static void normHeads(Rows x, int heads, Buffer weight, int n) {
    check(n >= 0 && n <= x.count(), "norm rows");
    check(heads >= 1 && x.width() % heads == 0, "norm heads");
    check(weight.bytes() >= 4L * (x.width() / heads), "norm weight");
  }

  public static void store(Rows rows, int n, KvView cache, int layer, int position) {
    check(n >= 0 && n <= rows.count(), "store tokens");
    check(rows.width() == cache.layout().width(), "store width");
    cache(n, cache, layer, position);
  }

  public static void attend(
      Attention attention, Rows q, int n, KvView cache, int layer, int position, Rows out) {
    KvLayout layout = cache.layout();
    int heads = attention.heads();
    Buffer sinks = attention.sinks();
    check(n >= 0 && n <= q.count() && n <= out.count(), "attend tokens");
    check(heads % layout.kvHeads() == 0, "attend heads");
    check(q.width() == heads * layout.keyWidth(), "attend queries");
    check(out.width() == heads * layout.valueWidth(), "attend output");
    check(sinks == null || sinks.bytes() >= 4L * heads, "attend sinks");
    cache(n, cache, layer, position);
  }

  public static void route(
      Routing routing, Rows logits, @Nullable Buffer bias, int n, Selection out) {
    check(bias == null || bias.bytes() >= 4L * routing.experts(), "route bias");
    check(logits.width() == routing.experts() && n >= 0 && n <= logits.count(), "route logits");
    check(out.used() == routing.used() && n <= out.tokens(), "route output");
  }

  public static void experts(Experts experts, Rows x, int n, Selection selection, Rows out) {
    rows(x, n, out);
    check(n <= selection.tokens(), "experts selection");
    check(experts.hidden() == x.width(), "experts width");
  }

  public static void gather(Rows x, Buffer rows, int n, Rows out) {
    check(x.width() == out.width() && n >= 0 && n <= out.count(), "gather rows");
    check(rows.bytes() >= 4L * n, "gather indices");
  }

  private static void cache(int n, KvView cache, int layer, int position) {
    check(layer >= 0 && layer < cache.layout().layers(), "cache layer");
    check(position >= 0 && position + n <= cache.capacity(), "cache capacity");
  }

  private static boolean fits(int count, int step, int needed, int room) {
    return count >= 1 && step >= 0 && (count - 1) * step + needed <= room;
  }
}
