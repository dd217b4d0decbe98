package dev.stellwerk.inference.backend.cuda;

/// There is no GPU to use here; the message says what is missing, in one line.
public final class CudaUnavailableException extends RuntimeException {
  public CudaUnavailableException(String message) {
    super(message);
  }
}
