package dev.stellwerk.inference.model;

import dev.stellwerk.inference.backend.Backend;
import dev.stellwerk.inference.backend.Rows;
import dev.stellwerk.inference.backend.Selection;

/// Working memory of one forward pass, a row a token; views share the memory of what they are cut
/// from.
final class Activations {
  final Rows x; // the residual stream, [hidden]
  final Rows normed; // [hidden]
  final Rows delta; // what a block adds to x, [hidden]
  final Rows angles; // [rope]

  final Rows queryLora; // [query bottleneck]
  final Rows query; // [heads, nope + rope]
  final Rows queryRope; // query from the first head's rope part on
  final Rows latent; // [kvLora + rope]
  final Rows latentKv; // [kvLora]
  final Rows latentRope; // [rope]
  final Rows absorbed; // [heads, kvLora + rope]
  final Rows absorbedRope; // absorbed from the first head's rope part on
  final Rows mixed; // [heads, kvLora]
  final Rows value; // [heads, value]

  final Rows denseGate; // [dense inner]
  final Rows denseUp; // [dense inner]
  final Rows scores; // [experts]
  final Selection selection;
  final Rows sharedGate; // [shared inner]
  final Rows sharedUp; // [shared inner]
  final Rows shared; // [hidden]

  Activations(ModelSpec spec, Backend backend, int tokensMax) {
    Allocator rows = width -> Rows.allocate(backend, tokensMax, Math.max(1, width));
    int heads = spec.heads();
    x = rows.of(spec.hidden());
    normed = rows.of(spec.hidden());
    delta = rows.of(spec.hidden());
    angles = rows.of(spec.rope());

    queryLora = rows.of(spec.queryLora());
    query = rows.of(heads * (spec.nope() + spec.rope()));
    queryRope = query.columns(spec.nope(), query.width() - spec.nope());
    latent = rows.of(spec.cacheWidth());
    latentKv = latent.columns(0, spec.kvLora());
    latentRope = latent.columns(spec.kvLora(), spec.rope());
    absorbed = rows.of(heads * spec.cacheWidth());
    absorbedRope = absorbed.columns(spec.kvLora(), absorbed.width() - spec.kvLora());
    mixed = rows.of(heads * spec.kvLora());
    value = rows.of(heads * spec.value());

    denseGate = rows.of(spec.denseInner());
    denseUp = rows.of(spec.denseInner());
    scores = rows.of(spec.routing().experts());
    selection = Selection.allocate(backend, tokensMax, spec.routing().used());
    int sharedInner = spec.expertInner() * spec.sharedExperts();
    sharedGate = rows.of(sharedInner);
    sharedUp = rows.of(sharedInner);
    shared = rows.of(spec.hidden());
  }

  private interface Allocator {
    Rows of(int width);
  }
}
