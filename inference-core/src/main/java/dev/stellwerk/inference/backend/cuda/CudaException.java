package dev.stellwerk.inference.backend.cuda;

/// A call of the CUDA driver failed; the message has the call, its sizes and the driver's name for
/// the error.
public final class CudaException extends RuntimeException {
  private final int status;

  CudaException(String call, int status, String error) {
    super(call + " failed: " + error + " (" + status + ")");
    this.status = status;
  }

  /// The driver's `CUresult`.
  public int status() {
    return status;
  }
}
