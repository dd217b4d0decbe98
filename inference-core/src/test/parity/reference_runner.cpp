// Runs a model on llama.cpp and writes what a comparison needs. Our own code over llama.cpp's public interface.
//
//   reference_runner MODEL IDS OUT            IDS "1,2,3": all positions in one batch
//   reference_runner greedy MODEL IDS N OUT   N greedy tokens after IDS; prints them, writes the logits of each step
//
// OUT: int32 positions, vocabulary, routed layers, experts, used; float32 logits [positions, vocabulary]; then for each
// routed layer float32 selection scores [positions, experts], before groups are dropped, and int32 taken experts [positions, used], best first.
// One thread, no repacked weights, no flash attention, an F32 cache.
#include "ggml-backend.h"
#include "ggml.h"
#include "llama.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>
#include <string>
#include <vector>

struct Routed {
    std::vector<float> scores;
    std::vector<int> taken;
    int experts = 0, used = 0;
};
static std::map<int, Routed> routed; // by layer

// A tensor "NAME-LAYER" of the graph, row by row, for it may be a view.
template <typename T> static std::vector<T> rows(const ggml_tensor * t) {
    std::vector<T> out;
    for (int64_t r = 0; r < t->ne[1]; r++) {
        const char * row = (const char *) t->data + r * t->nb[1];
        out.insert(out.end(), (const T *) row, (const T *) row + t->ne[0]);
    }
    return out;
}
static bool observe(ggml_tensor * t, bool ask, void *) {
    bool scores = strncmp(t->name, "ffn_moe_probs-", 14) == 0 || strncmp(t->name, "ffn_moe_probs_biased-", 21) == 0;
    bool taken = strncmp(t->name, "ffn_moe_topk-", 13) == 0;
    if (ask) return scores || taken;
    const char * dash = strrchr(t->name, '-');
    if (!dash || t->ne[2] > 1) return true; // reshaped for the weights
    Routed & layer = routed[atoi(dash + 1)];
    if (scores) { // biased ones come later and replace the others
        layer.scores = rows<float>(t);
        layer.experts = (int) t->ne[0];
    } else if (taken) {
        layer.taken = rows<int>(t);
        layer.used = (int) t->ne[0];
    }
    return true;
}
static std::vector<llama_token> ids(std::string s) {
    for (char & c : s) if (c == ',') c = ' ';
    std::vector<llama_token> out;
    std::stringstream in(s);
    int id;
    while (in >> id) out.push_back(id);
    return out;
}
static void decode(llama_context * ctx, const std::vector<llama_token> & tokens, int position, bool all) {
    llama_batch b = llama_batch_init((int) tokens.size(), 0, 1);
    b.n_tokens = (int) tokens.size();
    for (int i = 0; i < b.n_tokens; i++) {
        b.token[i] = tokens[i];
        b.pos[i] = position + i;
        b.n_seq_id[i] = 1;
        b.seq_id[i][0] = 0;
        b.logits[i] = all || i == b.n_tokens - 1;
    }
    if (llama_decode(ctx, b)) { fprintf(stderr, "decode failed\n"); exit(1); }
    llama_batch_free(b);
}
static void quiet(ggml_log_level level, const char * text, void *) {
    if (level == GGML_LOG_LEVEL_ERROR) fputs(text, stderr);
}
int main(int argc, char ** argv) {
    bool greedy = argc > 1 && strcmp(argv[1], "greedy") == 0;
    if (argc != (greedy ? 6 : 4)) { fprintf(stderr, "see the head of the source\n"); return 2; }
    const char * path = argv[greedy ? 2 : 1];
    std::vector<llama_token> tokens = ids(argv[greedy ? 3 : 2]);
    int steps = greedy ? atoi(argv[4]) : 0;
    llama_log_set(quiet, nullptr);
    llama_backend_init();
    llama_model_params mp = llama_model_default_params();
    mp.n_gpu_layers = 0;
    mp.use_extra_bufts = false;
    llama_model * model = llama_model_load_from_file(path, mp);
    if (!model) { fprintf(stderr, "cannot load %s\n", path); return 1; }
    llama_context_params cp = llama_context_default_params();
    int n = (int) tokens.size();
    cp.n_ctx = n + steps + 32;
    cp.n_batch = cp.n_ubatch = n < 32 ? 32 : n;
    cp.n_seq_max = 1;
    cp.n_threads = cp.n_threads_batch = 1;
    cp.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    cp.type_k = cp.type_v = GGML_TYPE_F32;
    if (!greedy) cp.cb_eval = observe;
    llama_context * ctx = llama_init_from_model(model, cp);
    int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
    FILE * out = fopen(argv[greedy ? 5 : 3], "wb");
    if (!out) { fprintf(stderr, "cannot write\n"); return 1; }
    if (greedy) {
        decode(ctx, tokens, 0, false);
        for (int i = 0; i < steps; i++) {
            const float * logits = llama_get_logits_ith(ctx, -1);
            fwrite(logits, 4, vocabulary, out);
            int best = 0;
            for (int t = 1; t < vocabulary; t++) if (logits[t] > logits[best]) best = t;
            printf("%d%s", best, i + 1 < steps ? "," : "\n");
            if (i + 1 < steps) decode(ctx, {best}, n + i, false);
        }
    } else {
        decode(ctx, tokens, 0, true);
        int first[5] = {n, vocabulary, (int) routed.size(), 0, 0};
        if (!routed.empty()) { first[3] = routed.begin()->second.experts; first[4] = routed.begin()->second.used; }
        fwrite(first, 4, 5, out);
        for (int i = 0; i < n; i++) fwrite(llama_get_logits_ith(ctx, i), 4, vocabulary, out);
        for (auto & [layer, r] : routed) {
            if ((int) r.scores.size() != n * first[3] || (int) r.taken.size() != n * first[4]) {
                fprintf(stderr, "layer %d: %zu scores, %zu taken\n", layer, r.scores.size(), r.taken.size());
                return 1;
            }
            fwrite(r.scores.data(), 4, r.scores.size(), out);
            fwrite(r.taken.data(), 4, r.taken.size(), out);
        }
    }
    fclose(out);
    return 0;
}
