package dev.stellwerk.runtime.hub;

import dev.stellwerk.inference.format.SplitName;
import dev.stellwerk.runtime.hub.Repositories.Listed;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/// Pulls a model: finds its files, checks that there is room, and transfers them one after the
/// other.
public final class ModelPull {
  /// What is wanted.
  ///
  /// @param model an https address, or `owner/repository[:file|quant]`
  /// @param revision of a repository: a branch, a tag or a commit
  /// @param sha256 expected checksums, one a file in order; empty for those that the hub has
  /// @param directory where the files go
  public record Wanted(String model, String revision, List<String> sha256, Path directory) {
    public Wanted {
      sha256 = sha256.stream().map(sum -> sum.toLowerCase(Locale.ROOT)).toList();
      for (String sum : sha256) {
        if (!sum.matches("[0-9a-f]{64}")) {
          throw new HubException("'" + sum + "' is not a SHA-256: 64 hexadecimal digits");
        }
      }
      if (!revision.matches("[A-Za-z0-9][A-Za-z0-9._/-]{0,199}") || revision.contains("..")) {
        throw new HubException("'" + revision + "' is not a revision");
      }
    }
  }

  /// A file that is there now.
  ///
  /// @param transferred bytes that came over the net this time; 0 when it was there already
  /// @param verified whether somebody had said what the checksum must be
  public record Pulled(Path path, long bytes, String sha256, long transferred, boolean verified) {}

  private final HubSettings settings;
  private final HubHttp http;
  private final Retries retries;
  private final PullProgress progress;
  private final ToLongFunction<Path> usableBytes;

  public ModelPull(HubSettings settings, PullProgress progress) {
    this(settings, progress, Thread::sleep, ModelPull::usableBytes);
  }

  ModelPull(
      HubSettings settings,
      PullProgress progress,
      Retries.Sleeper sleeper,
      ToLongFunction<Path> usableBytes) {
    this.settings = settings;
    this.http = new HubHttp(settings);
    this.retries = new Retries(settings.attemptsMax(), sleeper, progress);
    this.progress = progress;
    this.usableBytes = usableBytes;
  }

  /// Brings all files of a model; those that are there already are only checked.
  ///
  /// @throws HubException when one cannot be had; what came of it stays for the next time
  public List<Pulled> run(Wanted wanted) throws InterruptedException {
    List<RemoteFile> files = find(wanted);
    try {
      Files.createDirectories(wanted.directory());
    } catch (IOException e) {
      throw new HubException("the folder " + wanted.directory() + " cannot be made: " + e, e);
    }
    checkRoom(files, wanted.directory());
    List<Pulled> pulled = new ArrayList<>();
    for (RemoteFile file : files) {
      Download.Done done = new Download(file, wanted.directory(), http, progress).run(retries);
      pulled.add(
          new Pulled(
              wanted.directory().resolve(file.name()),
              file.bytes(),
              done.sha256(),
              done.transferred(),
              file.sha256().isPresent()));
    }
    return pulled;
  }

  private List<RemoteFile> find(Wanted wanted) throws InterruptedException {
    List<RemoteFile> files = new ArrayList<>();
    switch (ModelReference.parse(wanted.model(), settings.url())) {
      case ModelReference.Repository repository -> {
        progress.looking(repository.id());
        Repositories repositories = new Repositories(settings, http, retries);
        List<Listed> listed = repositories.list(repository, wanted.revision());
        for (Listed file : ModelChoice.pick(repository.id(), listed, repository.choice())) {
          URI url = repositories.file(repository, wanted.revision(), file.path());
          files.add(new RemoteFile(url, name(url), file.bytes(), file.sha256()));
        }
      }
      case ModelReference.File(URI url) -> {
        for (URI each : parts(url)) {
          progress.looking(Addresses.shown(each));
          files.add(retries.run(() -> ask(each)));
        }
      }
    }
    return withChecksums(files, wanted.sha256());
  }

  /// All addresses of a split model, given any; the address itself when it is not of one.
  private static List<URI> parts(URI url) {
    SplitName part = SplitName.of(Path.of(name(url)));
    if (part == null) {
      return List.of(url);
    }
    List<URI> all = new ArrayList<>();
    for (int i = 0; i < part.count(); i++) {
      all.add(URI.create(url.toString().replace(part.fileName(part.number()), part.fileName(i))));
    }
    return all;
  }

  /// Asks a server how long a file is, without fetching it.
  private RemoteFile ask(URI url) throws TransientException {
    try (HubHttp.Reply reply = http.get(url, Map.of("Range", "bytes=0-0"))) {
      OptionalLong bytes = reply.length();
      if (reply.status() == 206) {
        String range = reply.header("Content-Range").orElse("");
        String total = range.substring(range.lastIndexOf('/') + 1);
        bytes =
            total.matches("\\d{1,18}")
                ? OptionalLong.of(Long.parseLong(total))
                : OptionalLong.empty();
      }
      if (reply.status() == 416 || bytes.isEmpty()) {
        throw new HubException(Addresses.shown(url) + ": the server does not say how long it is");
      }
      return new RemoteFile(url, name(url), bytes.getAsLong(), reply.sha256());
    }
  }

  private static List<RemoteFile> withChecksums(List<RemoteFile> files, List<String> given) {
    if (given.isEmpty()) {
      return files;
    }
    if (given.size() != files.size()) {
      throw new HubException(
          "the model has " + files.size() + " files, and " + given.size() + " checksums are given");
    }
    List<RemoteFile> all = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      RemoteFile file = files.get(i);
      if (file.sha256().isPresent() && !file.sha256().get().equals(given.get(i))) {
        throw new HubException(
            "the hub has "
                + file.name()
                + " with the SHA-256 "
                + file.sha256().get()
                + ", not "
                + given.get(i));
      }
      all.add(new RemoteFile(file.url(), file.name(), file.bytes(), Optional.of(given.get(i))));
    }
    return all;
  }

  private void checkRoom(List<RemoteFile> files, Path directory) {
    long needed = 0;
    for (RemoteFile file : files) {
      needed += file.bytes() - Download.onDisk(file, directory);
    }
    long usable = usableBytes.applyAsLong(directory);
    if (needed > usable) {
      throw new HubException(
          "the model needs %,d more bytes in %s, which has room for %,d"
              .formatted(needed, directory, usable));
    }
  }

  private static String name(URI url) {
    String path = url.getPath() == null ? "" : url.getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    RemoteFile.checkName(name);
    return name;
  }

  private static long usableBytes(Path directory) {
    try {
      return Files.getFileStore(directory).getUsableSpace();
    } catch (IOException e) {
      throw new HubException("the folder " + directory + " cannot be looked at: " + e, e);
    }
  }
}
