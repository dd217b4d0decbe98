// The router's gating in one kernel: score, select the top k, normalise, scale.
//
// One warp a token. Expert e lives in lane e % 32, register e / 32, so that 384 experts are twelve registers a lane and
// loads from global memory are coalesced:
//
//            lane 0   lane 1  ...  lane 31
//   reg 0       0        1            31
//   reg 1      32       33            63
//   ...
//
// Scores are computed in double and rounded to float, as the scalar backend does: routing must not depend on where it
// ran, and a device that serves models does this at half of its float rate. Each of the k rounds is an arg max over
// registers and then over lanes; ties go to the lowest index, a score that is not a number counts as the lowest.
// Matches Routing and RouterKernel in dev.stellwerk.inference.backend.

#include <cuda_runtime.h>
#include <math_constants.h>

namespace {

constexpr int kWarp = 32;
constexpr unsigned kAll = 0xffffffffu;
constexpr float kSumMin = 6.103515625e-05f;  // Routing.SUM_MIN, the smallest normal half
constexpr int kSigmoid = 1;                  // as CudaRouter passes it; 0 is softmax

__device__ double warpSum(double value) {
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    value += __shfl_xor_sync(kAll, value, offset);
  }
  return value;
}

__device__ float warpMax(float value) {
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    value = fmaxf(value, __shfl_xor_sync(kAll, value, offset));
  }
  return value;
}

template <int kPerLane>
__device__ void sigmoidScores(float (&x)[kPerLane]) {
#pragma unroll
  for (int i = 0; i < kPerLane; i++) {
    x[i] = static_cast<float>(1.0 / (1.0 + exp(-static_cast<double>(x[i]))));
  }
}

template <int kPerLane>
__device__ void softmaxScores(float (&x)[kPerLane], int lane, int experts) {
  float top = -CUDART_INF_F;
#pragma unroll
  for (int i = 0; i < kPerLane; i++) {
    if (i * kWarp + lane < experts) {
      top = fmaxf(top, x[i]);
    }
  }
  top = warpMax(top);
  double sum = 0.0;
#pragma unroll
  for (int i = 0; i < kPerLane; i++) {
    if (i * kWarp + lane < experts) {
      const double e = exp(static_cast<double>(x[i] - top));
      sum += e;
      x[i] = static_cast<float>(e);
    }
  }
  sum = warpSum(sum);
#pragma unroll
  for (int i = 0; i < kPerLane; i++) {
    x[i] = static_cast<float>(x[i] / sum);
  }
}

// The better of two candidates: higher score, then lower index.
__device__ bool better(float score, int index, float otherScore, int otherIndex) {
  return score > otherScore || (score == otherScore && index < otherIndex);
}

template <int kPerLane>
__device__ void gate(const float* logits, const float* bias, int experts, int used, int scoring, bool normalise,
                     float scale, int lane, int* ids, float* weights) {
  float score[kPerLane];
#pragma unroll
  for (int i = 0; i < kPerLane; i++) {
    const int e = i * kWarp + lane;
    score[i] = e < experts ? logits[e] : -CUDART_INF_F;
  }
  if (scoring == kSigmoid) {
    sigmoidScores(score);
  } else {
    softmaxScores(score, lane, experts);
  }

  // What the selection looks at; experts that do not exist sort behind every one that does.
  float key[kPerLane];
#pragma unroll
  for (int i = 0; i < kPerLane; i++) {
    const int e = i * kWarp + lane;
    const float k = score[i] + (bias != nullptr && e < experts ? bias[e] : 0.0f);
    key[i] = isnan(k) ? -CUDART_INF_F : k;
  }

  unsigned taken = 0;  // a bit a register of this lane
  float sum = 0.0f;
  float own = 0.0f;  // lane s keeps the weight of slot s
  int ownId = 0;
  for (int slot = 0; slot < used; slot++) {
    float bestKey = -CUDART_INF_F;
    float bestScore = 0.0f;
    int best = INT_MAX;
#pragma unroll
    for (int i = 0; i < kPerLane; i++) {
      const int e = i * kWarp + lane;
      if (e < experts && !(taken >> i & 1u) && better(key[i], e, bestKey, best)) {
        bestKey = key[i];
        bestScore = score[i];
        best = e;
      }
    }
#pragma unroll
    for (int offset = kWarp / 2; offset > 0; offset /= 2) {
      const float otherKey = __shfl_xor_sync(kAll, bestKey, offset);
      const float otherScore = __shfl_xor_sync(kAll, bestScore, offset);
      const int other = __shfl_xor_sync(kAll, best, offset);
      if (better(otherKey, other, bestKey, best)) {
        bestKey = otherKey;
        bestScore = otherScore;
        best = other;
      }
    }
    if (best % kWarp == lane) {
      taken |= 1u << (best / kWarp);
    }
    if (slot == lane) {
      own = bestScore;
      ownId = best;
    }
    sum += bestScore;  // in the order of the slots, as the scalar backend adds
  }

  if (lane < used) {
    const float divisor = normalise ? fmaxf(sum, kSumMin) : 1.0f;
    ids[lane] = ownId;
    weights[lane] = own / divisor * scale;
  }
}

}  // namespace

// Grid: one warp a token, blockDim.x a multiple of 32. Limits: experts <= 512, used <= 32.
//
// logits [tokens, logitStride], bias [experts] or null, ids and weights [tokens, used].
#define GATING_KERNEL(kPerLane)                                                                                      \
  extern "C" __global__ void __launch_bounds__(128) gating_##kPerLane(                                               \
      const float* __restrict__ logits, int logitStride, const float* __restrict__ bias, int tokens, int experts,    \
      int used, int scoring, int normalise, float scale, int* __restrict__ ids, float* __restrict__ weights) {       \
    const int token = static_cast<int>((blockIdx.x * blockDim.x + threadIdx.x) / kWarp);                             \
    const int lane = static_cast<int>(threadIdx.x % kWarp);                                                          \
    if (token < tokens) {                                                                                            \
      gate<kPerLane>(logits + static_cast<size_t>(token) * logitStride, bias, experts, used, scoring,                \
                     normalise != 0, scale, lane, ids + static_cast<size_t>(token) * used,                           \
                     weights + static_cast<size_t>(token) * used);                                                   \
    }                                                                                                                \
  }

GATING_KERNEL(1)
GATING_KERNEL(2)
GATING_KERNEL(4)
GATING_KERNEL(8)
GATING_KERNEL(12)
GATING_KERNEL(16)
