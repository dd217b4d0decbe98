package dev.stellwerk.runtime.hub;

import java.time.Duration;

/// Told how far a pull is; must be quick.
public interface PullProgress {
  /// For those who do not care.
  PullProgress NONE =
      new PullProgress() {
        @Override
        public void looking(String where) {}

        @Override
        public void transferring(String file, long bytesDone, long bytesTotal) {}

        @Override
        public void checking(String file, long bytesDone, long bytesTotal) {}

        @Override
        public void waiting(String reason, Duration pause) {}
      };

  /// A server is asked what there is.
  void looking(String where);

  void transferring(String file, long bytesDone, long bytesTotal);

  /// What is already on the disk is read again for its checksum.
  void checking(String file, long bytesDone, long bytesTotal);

  /// An attempt failed, and another one follows after a pause.
  void waiting(String reason, Duration pause);
}
