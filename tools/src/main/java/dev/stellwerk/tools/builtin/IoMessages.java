package dev.stellwerk.tools.builtin;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/// Says what went wrong in the file system without telling where on this machine.
final class IoMessages {
  private IoMessages() {}

  static String of(IOException e) {
    return switch (e) {
      case NoSuchFileException gone -> "the file or folder is gone";
      case NotDirectoryException file -> "a file stands where a folder is needed";
      case AccessDeniedException denied -> "access is denied";
      case DirectoryNotEmptyException folder -> "a folder stands in the way";
      case FileSystemException other when other.getReason() != null ->
          "the file system says: " + other.getReason();
      default -> "the file system failed";
    };
  }
}
