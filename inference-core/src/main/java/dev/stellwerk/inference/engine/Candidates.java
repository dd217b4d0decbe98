package dev.stellwerk.inference.engine;

/// The tokens that may still be drawn, with weights in proportion to their probabilities. Reused
/// from token to token.
final class Candidates {
  private final int[] ids;
  private final float[] weights;
  private int size;

  Candidates(int vocabulary) {
    this.ids = new int[vocabulary];
    this.weights = new float[vocabulary];
  }

  void clear() {
    size = 0;
  }

  /// Adds a token; ids rise.
  void add(int id, float weight) {
    ids[size] = id;
    weights[size++] = weight;
  }

  int size() {
    return size;
  }

  int id(int index) {
    return ids[index];
  }

  float weight(int index) {
    return weights[index];
  }

  /// Keeps the `topK` likeliest (0: all), of those the shortest run that has `topP` of their
  /// probability, and of those the ones with `minP` times the likeliest's. The rest is sorted, the
  /// likeliest first.
  void limit(int topK, float topP, float minP) {
    int most = topK == 0 ? size : Math.min(topK, size);
    if (most == 0) {
      return;
    }
    // Only as much is sorted as may be kept: a heap, whose root moves to the end of the array.
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(i, size);
    }
    double total = 0;
    if (topK == 0) {
      for (int i = 0; i < size; i++) {
        total += weights[i];
      }
    }
    int sorted = 0;
    if (topK > 0) {
      for (; sorted < most; sorted++) {
        total += pop(size - sorted);
      }
    }
    double wanted = topP < 1f ? topP * total : Double.POSITIVE_INFINITY;
    float least = minP * (sorted > 0 ? weights[size - 1] : weights[0]);
    double sum = 0;
    int kept = 0;
    while (kept < most && sum < wanted) {
      float weight = kept < sorted ? weights[size - 1 - kept] : pop(size - kept);
      if (weight < least) {
        break;
      }
      sum += weight;
      kept++;
    }
    keepLast(Math.max(kept, 1));
  }

  /// The token at a point between 0 and 1 of all probability.
  ///
  /// @param fallback when rounding leaves the point beyond the last token, or there is none
  int draw(double point, int fallback) {
    double total = 0;
    for (int i = 0; i < size; i++) {
      total += weights[i];
    }
    double rest = point * total;
    for (int i = 0; i < size; i++) {
      rest -= weights[i];
      if (rest < 0) {
        return ids[i];
      }
    }
    return fallback;
  }

  /// Moves the heap's root behind the heap.
  private float pop(int heapSize) {
    swap(0, heapSize - 1);
    sink(0, heapSize - 1);
    return weights[heapSize - 1];
  }

  private void sink(int from, int heapSize) {
    int parent = from;
    while (true) {
      int child = 2 * parent + 1;
      if (child >= heapSize) {
        return;
      }
      if (child + 1 < heapSize && before(child + 1, child)) {
        child++;
      }
      if (!before(child, parent)) {
        return;
      }
      swap(child, parent);
      parent = child;
    }
  }

  /// Likelier, ties by the lower id.
  private boolean before(int a, int b) {
    return weights[a] > weights[b] || (weights[a] == weights[b] && ids[a] < ids[b]);
  }

  private void swap(int a, int b) {
    int id = ids[a];
    ids[a] = ids[b];
    ids[b] = id;
    float weight = weights[a];
    weights[a] = weights[b];
    weights[b] = weight;
  }

  /// Keeps the last elements only, in reverse.
  private void keepLast(int count) {
    for (int i = 0; i < count; i++) {
      if (i < size - 1 - i) {
        swap(i, size - 1 - i);
      }
    }
    size = count;
  }
}
