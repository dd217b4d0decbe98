package dev.stellwerk.inference.constraint;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The members of one kind of object: which may be written after which, and when it may close.
///
/// Declared names are numbered in the order of their bytes. What was written is a [Seen], not a
/// state of an automaton, so that n members in any order cost what is met of the 2^n sets and
/// nothing before.
///
/// Where counts matter, a member is offered only when the object can still be closed after it.
final class ObjectRule {
  /// Sets of names that some member has to be outside of.
  static final int OUTSIDE_MAX = 30;

  /// What an object's members are made of.
  ///
  /// @param names as written, quotes included, sorted by bytes
  /// @param nodes by name: the colon and the value
  /// @param ranks by name: its place where the order counts
  /// @param others the undeclared names, as written, null when there are none
  /// @param outside sets of names, by name, some member must be outside of each
  record Parts(
      List<byte[]> names,
      List<Integer> nodes,
      List<Integer> ranks,
      List<Boolean> required,
      KeyClasses.@Nullable Classes others,
      List<Integer> otherNodes,
      int least,
      int most,
      List<List<Boolean>> outside,
      boolean ordered,
      boolean spaces) {}

  private final int size;
  final KeyTrie trie;
  final int[] nodes;
  private final long[][] marks; // by name: the names that are used up once it is written
  private final long[] all;
  private final long[] required;
  private final int[] outside; // by name: the sets that it is outside of
  private final int outsideAll;
  private final int least;
  private final int most;
  private final boolean ordered;
  private final boolean counts;
  final boolean spaces;
  final @Nullable Dfa others; // of all names; declared ones are recognised beside it
  private final int otherBits;
  private final int[] otherNodes; // by state of `others`; -1 where no name ends
  private int[] otherNeed = {};
  private int otherNeedMax;
  private final Seen nothing;
  private int[] need = {};

  ObjectRule(Parts parts) {
    size = parts.names.size();
    trie = new KeyTrie(parts.names.toArray(byte[][]::new));
    nodes = parts.nodes.stream().mapToInt(Integer::intValue).toArray();
    required = bits(parts.required);
    all = new long[required.length];
    ordered = parts.ordered;
    marks = new long[size][];
    outside = new int[size];
    for (int i = 0; i < size; i++) {
      marks[i] = new long[required.length];
      all[i >>> 6] |= 1L << i;
      for (int j = 0; j < size; j++) {
        boolean before = ordered && parts.ranks.get(j) < parts.ranks.get(i);
        marks[i][j >>> 6] |= i == j || before ? 1L << j : 0;
      }
      for (int set = 0; set < parts.outside.size(); set++) {
        outside[i] |= parts.outside.get(set).get(i) ? 1 << set : 0;
      }
    }
    outsideAll = (1 << parts.outside.size()) - 1;
    int demanded = (int) parts.required.stream().filter(r -> r).count();
    least = parts.least <= demanded ? 0 : parts.least;
    boolean finite = parts.others == null && size <= parts.most;
    most = finite ? Grammar.UNBOUNDED : parts.most;
    counts = least > 0 || most < Grammar.UNBOUNDED || outsideAll != 0;
    spaces = parts.spaces;
    others = parts.others == null ? null : parts.others.names();
    otherBits = others == null ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(others.states());
    if (otherBits + trie.bits() > Members.PLACE_BITS) {
      throw new AutomatonLimitException("too many names and patterns of names");
    }
    otherNodes = parts.others == null ? new int[0] : otherNodes(parts.others, parts.otherNodes);
    nothing = Seen.nothing(size);
  }

  private static int[] otherNodes(KeyClasses.Classes classes, List<Integer> nodes) {
    int[] all = new int[classes.names().states()];
    for (int s = 0; s < all.length; s++) {
      int which = classes.of(s);
      all[s] = which < 0 ? -1 : nodes.get(which);
    }
    return all;
  }

  private static long[] bits(List<Boolean> flags) {
    long[] bits = new long[(flags.size() + 63) >>> 6];
    for (int i = 0; i < flags.size(); i++) {
      bits[i >>> 6] |= flags.get(i) ? 1L << i : 0;
    }
    return bits;
  }

  /// What an object holds at first.
  Seen nothing() {
    return nothing;
  }

  /// The stack that the object takes at least, given its values' needs.
  int need(int[] needs) {
    int[] found = new int[size + 1];
    int optional = 0;
    int deepest = 0;
    for (int i = 0; i < size; i++) {
      if ((required[i >>> 6] & 1L << i) != 0) {
        deepest = Math.max(deepest, needs[nodes[i]]);
      } else {
        found[optional++] = needs[nodes[i]];
      }
    }
    int cheapestOther = Grammar.UNREACHABLE;
    for (int node : otherNodes) {
      cheapestOther = node < 0 ? cheapestOther : Math.min(cheapestOther, needs[node]);
    }
    found[optional++] = cheapestOther;
    int demanded = Long.bitCount(0) + nothing.lacks(required);
    int more = Math.max(0, least - demanded);
    if (more > optional || Math.max(demanded, least) > most) {
      return Grammar.UNREACHABLE;
    }
    Arrays.sort(found, 0, optional);
    for (int i = 0; i < more; i++) {
      deepest = Math.max(deepest, found[i]);
    }
    for (int set = 1; set <= outsideAll && set > 0; set <<= 1) {
      int cheapest = cheapestOther;
      for (int i = 0; i < size; i++) {
        cheapest = (outside[i] & set) != 0 ? Math.min(cheapest, needs[nodes[i]]) : cheapest;
      }
      deepest = Math.max(deepest, cheapest);
    }
    boolean empty = demanded == 0 && more == 0 && outsideAll == 0;
    return deepest >= Grammar.UNREACHABLE ? Grammar.UNREACHABLE : empty ? 0 : deepest + 1;
  }

  /// Takes over the needs of all nodes once they are known.
  void settle(int[] needs) {
    need = needs;
    if (others == null) {
      return;
    }
    otherNeed =
        others.least(
            state -> otherNodes[state] < 0 ? Grammar.UNREACHABLE : needs[otherNodes[state]]);
    for (int node : otherNodes) {
      otherNeedMax = node < 0 ? otherNeedMax : Math.max(otherNeedMax, needs[node]);
    }
  }

  /// Whether the object may close.
  boolean mayClose(Seen seen) {
    return seen.hasAll(required) && seen.different >= least && seen.met == outsideAll;
  }

  /// Whether some member may be written.
  ///
  /// @param height of the object's own frame
  boolean mayGoOn(Seen seen, int height) {
    return mayBegin(seen, 0, height) || mayWriteOther(seen, height);
  }

  /// Whether a name below a state of the trie may be written.
  boolean mayBegin(Seen seen, int state, int height) {
    if (trie.isEmpty()) {
      return false;
    }
    for (int i = trie.from(state); i < trie.to(state); i++) {
      if (mayWrite(seen, i, height)) {
        return true;
      }
    }
    return false;
  }

  /// Whether a declared member may be written.
  boolean mayWrite(Seen seen, int name, int height) {
    if (seen.has(name) || height + need[nodes[name]] > ByteAutomaton.STACK_MAX) {
      return false;
    }
    if (!ordered && !counts) {
      return true;
    }
    Seen after = after(seen, name);
    // A required member that is passed over cannot be written any more.
    int missing = seen.lacks(required) - (isRequired(name) ? 1 : 0);
    return (!ordered || after.lacks(required) == missing) && (!counts || canClose(after, height));
  }

  boolean isRequired(int name) {
    return (required[name >>> 6] & 1L << name) != 0;
  }

  /// Whether an undeclared member may be written.
  boolean mayWriteOther(Seen seen, int height) {
    if (others == null
        || others.isEmpty()
        || height + otherNeed[0] > ByteAutomaton.STACK_MAX
        || (ordered && !seen.hasAll(required))) {
      return false;
    }
    return !counts || canClose(afterOther(seen), height);
  }

  /// The place in an undeclared name behind a byte: a state of the names' automaton and one of the
  /// trie, or [Dfa#DEAD] when the byte may not follow.
  int stepOther(int place, int b, int height) {
    if (others == null) {
      return Dfa.DEAD;
    }
    int state = others.step(place & ((1 << otherBits) - 1), b);
    if (state == Dfa.DEAD || height + otherNeed[state] > ByteAutomaton.STACK_MAX) {
      return Dfa.DEAD;
    }
    int declared = trie.follow(place >>> otherBits, b);
    return trie.isName(declared) ? Dfa.DEAD : declared << otherBits | state;
  }

  /// The node of the value behind an undeclared name that ends at a place; -1 when none ends there.
  int otherNode(int place) {
    return otherNodes[place & ((1 << otherBits) - 1)];
  }

  /// Adds the bytes that may follow in an undeclared name.
  void addLiveOther(int place, int height, long[] live) {
    if (others == null) {
      return;
    }
    int from = place & ((1 << otherBits) - 1);
    for (int e = 0; e < others.edges(from); e++) {
      if (height + otherNeed[others.edgeTarget(from, e)] <= ByteAutomaton.STACK_MAX) {
        for (int b = others.edgeLow(from, e); b <= others.edgeHigh(from, e); b++) {
          // Only a quote ends a name, and only a whole name may be a declared one.
          if (b != '"' || !trie.isName(trie.follow(place >>> otherBits, b))) {
            Outlook.allow(live, b);
          }
        }
      }
    }
  }

  /// Whether any text may be written into an undeclared name from a place on.
  boolean isFree(int place, int height) {
    return others != null
        && others.isFree(place & ((1 << otherBits) - 1))
        && height + otherNeedMax <= ByteAutomaton.STACK_MAX;
  }

  Seen after(Seen seen, int name) {
    return counted(seen, marks[name], outside[name], true, seen.other);
  }

  Seen afterOther(Seen seen) {
    if (!ordered && !counts) {
      return seen;
    }
    // Undeclared names may repeat: all of them count as one.
    return counted(seen, ordered ? all : new long[all.length], outsideAll, !seen.other, least > 0);
  }

  private Seen counted(Seen seen, long[] marked, int met, boolean isNew, boolean other) {
    int written = most < Grammar.UNBOUNDED ? seen.written + 1 : 0;
    int different = Math.min(least, seen.different + (isNew ? 1 : 0));
    return seen.with(marked, written, different, seen.met | met, other);
  }

  /// Whether an object can still be closed. What has no name yet is thought of as one member each.
  private boolean canClose(Seen seen, int height) {
    int missing = seen.lacks(required);
    int more = Math.max(missing, least - seen.different);
    boolean otherOffered =
        others != null && !others.isEmpty() && height + otherNeed[0] <= ByteAutomaton.STACK_MAX;
    int available = otherOffered && !seen.other ? 1 : 0;
    int reachable = otherOffered ? outsideAll : 0;
    int byRequired = 0;
    for (int i = 0; i < size; i++) {
      if (!seen.has(i) && height + need[nodes[i]] <= ByteAutomaton.STACK_MAX) {
        available++;
        reachable |= outside[i];
        byRequired |= isRequired(i) ? outside[i] : 0;
      }
    }
    int unmet = outsideAll & ~seen.met;
    int extra = Integer.bitCount(unmet & ~byRequired);
    return (unmet & ~reachable) == 0
        && least - seen.different <= available
        && more + extra <= most - seen.written;
  }
}
