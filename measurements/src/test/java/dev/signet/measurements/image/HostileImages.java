// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.image;

import static dev.signet.measurements.image.TestImage.bytes;

import dev.signet.measurements.image.ImageMeasurement.Reason;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Images that enemies could make, each with the reason for which it must be refused. */
final class HostileImages {
  /** Small enough for tests to be over them. */
  static final ImageLimits LIMITS = new ImageLimits(100_000, 4, 1 << 20, 24 << 20, 60, 50, 10);

  record Case(String name, Reason reason, Consumer<Path> write) {
    @Override
    public String toString() {
      return name + ": " + reason;
    }
  }

  private static final List<Case> ALL = new ArrayList<>();

  private HostileImages() {}

  static List<Case> all() {
    return List.copyOf(ALL);
  }

  private static void layout(String name, Reason reason, Consumer<Path> write) {
    ALL.add(new Case(name, reason, write));
  }

  private static void image(String name, Reason reason, TestImage image) {
    layout(name, reason, image::writeTo);
  }

  /** In gzip and as it is. */
  private static void layer(String name, Reason reason, byte[] tar) {
    image(name, reason, new TestImage().layer(tar));
    image(name + " (plain)", reason, new TestImage().plainLayer(tar));
  }

  private static void entry(String name, Reason reason, TestTar tar) {
    layer(name, reason, tar.end());
  }

  static {
    layouts();
    documents();
    sizesAndDigests();
    bombs();
    archives();
    paths();
    links();
    whiteouts();
  }

  private static void layouts() {
    layout("empty directory", Reason.NOT_A_LAYOUT, dir -> {});
    layout(
        "no index",
        Reason.NOT_A_LAYOUT,
        dir -> {
          TestImage.small().writeTo(dir);
          delete(dir.resolve("index.json"));
        });
    layout(
        "another version",
        Reason.NOT_A_LAYOUT,
        dir -> {
          TestImage.small().writeTo(dir);
          TestImage.write(dir.resolve("oci-layout"), bytes("{\"imageLayoutVersion\":\"2.0.0\"}"));
        });
    layout(
        "layer behind a link",
        Reason.PART_NOT_A_FILE,
        dir -> {
          byte[] tar = TestTar.of("a", "a");
          new TestImage().plainLayer(tar).writeTo(dir);
          Path blob = OciLayout.blobIn(dir, Digest.hash(tar));
          Path elsewhere = dir.resolve("elsewhere");
          TestImage.write(elsewhere, tar);
          delete(blob);
          link(blob, elsewhere);
        });
    layout(
        "layer that is a directory",
        Reason.PART_NOT_A_FILE,
        dir -> {
          byte[] tar = TestTar.of("a", "a");
          new TestImage().plainLayer(tar).writeTo(dir);
          Path blob = OciLayout.blobIn(dir, Digest.hash(tar));
          delete(blob);
          TestImage.write(blob.resolve("x"), tar);
        });
    layout(
        "layer that is not there",
        Reason.MISSING_BLOB,
        dir -> {
          byte[] tar = TestTar.of("a", "a");
          new TestImage().plainLayer(tar).writeTo(dir);
          delete(OciLayout.blobIn(dir, Digest.hash(tar)));
        });
  }

  private static void documents() {
    image("index that is no JSON", Reason.BAD_INDEX, TestImage.small().index(d -> "]"));
    image(
        "index that is a manifest too",
        Reason.BAD_INDEX,
        TestImage.small().index(d -> d + "],\"layers\":["));
    image(
        "one manifest described twice",
        Reason.BAD_INDEX,
        TestImage.small().index(d -> d + "," + d.replace("amd64", "arm64")));
    image("empty index", Reason.NO_SUCH_IMAGE, TestImage.small().index(d -> ""));
    image(
        "index of something else",
        Reason.NO_SUCH_IMAGE,
        TestImage.small().index(d -> d.replace(TestImage.MANIFEST, "application/x")));
    layout("indexes in each other", Reason.INDEX_TOO_DEEP, HostileImages::nested);
    layout(
        "two images",
        Reason.AMBIGUOUS_IMAGE,
        dir -> {
          String a = TestImage.small().writeTo(dir);
          String b = TestImage.small().config(c -> c.replace("--serve", "--evil")).writeTo(dir);
          TestImage.writeIndex(dir, a + "," + b);
        });
    layout(
        "two platforms",
        Reason.AMBIGUOUS_PLATFORM,
        dir -> {
          String a = TestImage.small().writeTo(dir);
          String b = TestImage.small().architecture("arm64").writeTo(dir);
          TestImage.writeIndex(dir, a + "," + b);
        });
    image(
        "index that lies about the platform",
        Reason.PLATFORM_MISMATCH,
        TestImage.small().index(d -> d.replace("amd64", "arm64")));
    image(
        "manifest that is an index too",
        Reason.BAD_IMAGE_MANIFEST,
        TestImage.small().manifest(m -> m.replace("\"layers\"", "\"manifests\":[],\"layers\"")));
    image(
        "manifest that says it is an index",
        Reason.BAD_IMAGE_MANIFEST,
        TestImage.small().manifest(m -> m.replace(TestImage.MANIFEST, TestImage.INDEX)));
    image(
        "manifest with a member twice",
        Reason.BAD_IMAGE_MANIFEST,
        TestImage.small().manifest(m -> m.replace("\"layers\"", "\"layers\":[],\"layers\"")));
    image(
        "manifest with a negative size",
        Reason.BAD_IMAGE_MANIFEST,
        TestImage.small().manifest(m -> m.replaceAll("\"size\":[0-9]+", "\"size\":-1")));
    image(
        "digest that is a path",
        Reason.BAD_IMAGE_MANIFEST,
        TestImage.small().manifest(m -> m.replaceAll("sha256:..........", "sha256:../../../..")));
    image(
        "artifact",
        Reason.NOT_AN_IMAGE,
        TestImage.small().manifest(m -> m.replace(".config.v1", ".sbom.v1")));
    image(
        "configuration that is no JSON", Reason.BAD_CONFIG, TestImage.small().config(c -> "{" + c));
    image(
        "configuration with a member twice",
        Reason.BAD_CONFIG,
        TestImage.small().config(c -> c.replace("\"rootfs\"", "\"os\":\"linux\",\"rootfs\"")));
    image(
        "configuration with a text for a list",
        Reason.BAD_CONFIG,
        TestImage.small().config(c -> c.replace("[\"--serve\"]", "\"--serve\"")));
    image(
        "configuration for another system",
        Reason.BAD_CONFIG,
        TestImage.small().config(c -> c.replace("linux", "windows")));
    image(
        "fewer layers than the configuration has",
        Reason.LAYER_COUNT_MISMATCH,
        TestImage.small().manifest(m -> m.replaceAll("\"layers\":.*", "\"layers\":[]}")));
    image(
        "layer from elsewhere",
        Reason.FOREIGN_LAYER,
        TestImage.small()
            .manifest(m -> m.replace("}]}", ",\"urls\":[\"https://x.example/y\"]}]}")));
    byte[] tar = TestTar.of("a", "a");
    image(
        "layer in zstd",
        Reason.UNSUPPORTED_COMPRESSION,
        new TestImage().layer(tar, TestImage.TAR + "+zstd", Digest.hash(tar)));
    image(
        "layer of another kind",
        Reason.UNSUPPORTED_MEDIA_TYPE,
        new TestImage().layer(tar, "application/x", Digest.hash(tar)));
    TestImage five = new TestImage();
    for (int i = 0; i < 5; i++) {
      five.layer(TestTar.of("f" + i, "x"));
    }
    image("five layers", Reason.TOO_MANY_LAYERS, five);
    image(
        "endless configuration",
        Reason.TOO_LARGE_IMAGE,
        TestImage.small().config(c -> c + " ".repeat(LIMITS.documentBytes())));
    image(
        "layer that says it is too large",
        Reason.TOO_LARGE_IMAGE,
        TestImage.small().manifest(m -> m.replaceAll("(.*)\"size\":[0-9]+", "$1\"size\":1048577")));
  }

  private static void sizesAndDigests() {
    image(
        "index with a wrong size",
        Reason.SIZE_MISMATCH,
        TestImage.small().index(d -> d.replaceAll("\"size\":[0-9]+", "\"size\":10")));
    image(
        "layer longer than it should be",
        Reason.SIZE_MISMATCH,
        TestImage.small().manifest(m -> m.replaceAll("(.*)\"size\":[0-9]+", "$1\"size\":20")));
    image(
        "layer shorter than it should be",
        Reason.SIZE_MISMATCH,
        TestImage.small().manifest(m -> m.replaceAll("(.*)\"size\":[0-9]+", "$1\"size\":9999")));
    image(
        "manifest shorter than a configuration is",
        Reason.SIZE_MISMATCH,
        TestImage.small().manifest(m -> m.replaceFirst("\"size\":[0-9]+", "\"size\":3")));
    byte[] good = TestTar.of("etc/agent.conf", "mode=good");
    byte[] evil = TestTar.of("etc/agent.conf", "mode=evil");
    layout(
        "layer that was swapped",
        Reason.DIGEST_MISMATCH,
        dir -> {
          new TestImage().plainLayer(good).writeTo(dir);
          TestImage.write(OciLayout.blobIn(dir, Digest.hash(good)), evil);
        });
    layout(
        "manifest that was swapped",
        Reason.DIGEST_MISMATCH,
        dir -> {
          Digest digest = TestImage.digestIn(TestImage.small().writeTo(dir));
          Path manifest = OciLayout.blobIn(dir, digest);
          TestImage.write(manifest, bytes(read(manifest).replace(":2,", ": 2,").replace(" ", "")));
          TestImage.write(manifest, bytes(read(manifest).replace(".v1+json\"", ".v2+json\"")));
        });
    image(
        "layer that is not the configuration's",
        Reason.DIFF_ID_MISMATCH,
        new TestImage().layer(TestImage.gzip(evil), TestImage.GZIP, Digest.hash(good)));
    image(
        "plain layer that is not the configuration's",
        Reason.DIFF_ID_MISMATCH,
        new TestImage().layer(evil, TestImage.TAR, Digest.hash(good)));
  }

  private static void bombs() {
    byte[] zeros = new byte[20 << 20];
    byte[] bomb = new TestTar().add('0', "zeros", "", zeros).end();
    image("zeros in gzip", Reason.COMPRESSION_RATIO, new TestImage().layer(bomb));
    byte[] noise = new byte[600 << 10];
    new java.util.Random(1).nextBytes(noise);
    TestTar large = new TestTar().add('0', "noise", "", noise);
    for (int i = 0; i < 2; i++) {
      large.add('0', "zeros" + i, "", Arrays.copyOf(zeros, 16 << 20));
    }
    image("too much in gzip", Reason.TOO_LARGE_UNPACKED, new TestImage().layer(large.end()));
    TestTar many = new TestTar();
    for (int i = 0; i < 61; i++) {
      many.file("f" + i, "");
    }
    entry("too many entries", Reason.TOO_MANY_ENTRIES, many);
    TestTar implied = new TestTar();
    for (int i = 0; i < 10; i++) {
      implied.file(i + "/b/c/d/e/f/g/h/i", "");
    }
    entry("too many directories that are only implied", Reason.TOO_MANY_ENTRIES, implied);
  }

  private static void archives() {
    byte[] good = TestTar.of("a", "a");
    image(
        "not gzip at all",
        Reason.BAD_GZIP,
        new TestImage().layer(good, TestImage.GZIP, Digest.hash(good)));
    byte[] gzip = TestImage.gzip(good);
    image(
        "gzip that is cut",
        Reason.BAD_GZIP,
        new TestImage()
            .layer(Arrays.copyOf(gzip, gzip.length - 3), TestImage.GZIP, Digest.hash(good)));
    byte[] trailed = Arrays.copyOf(gzip, gzip.length + 1);
    trailed[gzip.length] = 7;
    image(
        "something after gzip",
        Reason.BAD_GZIP,
        new TestImage().layer(trailed, TestImage.GZIP, Digest.hash(good)));
    byte[] sum = gzip.clone();
    sum[gzip.length - 6] ^= 1;
    image(
        "gzip with a wrong checksum",
        Reason.BAD_GZIP,
        new TestImage().layer(sum, TestImage.GZIP, Digest.hash(good)));
    layer("no archive", Reason.BAD_TAR, "x".repeat(2048).getBytes(StandardCharsets.UTF_8));
    layer("archive without an end", Reason.BAD_TAR, new TestTar().file("a", "a").withoutEnd());
    layer("archive that is cut", Reason.BAD_TAR, Arrays.copyOf(good, 700));
    byte[] changed = good.clone();
    changed[0] = 'b';
    layer("header with a wrong checksum", Reason.BAD_TAR, changed);
    entry(
        "directory with content",
        Reason.BAD_TAR,
        new TestTar().add('5', "d", "", "x".getBytes(StandardCharsets.UTF_8)));
    entry(
        "size that is two sizes",
        Reason.BAD_TAR,
        new TestTar()
            .pax("size=0")
            .add('0', "a", "", new TestTar().file("hidden", "x").withoutEnd()));
    entry("pax record twice", Reason.BAD_TAR, new TestTar().pax("path=a", "path=b").file("c", ""));
    entry(
        "pax record that is too long",
        Reason.BAD_TAR,
        new TestTar()
            .add('x', "x", "", "99 path=a\n".getBytes(StandardCharsets.UTF_8))
            .file("a", ""));
    entry(
        "header for all that follows",
        Reason.BAD_TAR,
        new TestTar()
            .add('g', "g", "", "9 path=a\n".getBytes(StandardCharsets.UTF_8))
            .file("b", ""));
    entry(
        "pax and GNU headers",
        Reason.BAD_TAR,
        new TestTar()
            .pax("path=a")
            .add('L', "x", "", "b\0".getBytes(StandardCharsets.UTF_8))
            .file("c", ""));
    entry("extended header alone", Reason.BAD_TAR, new TestTar().pax("path=a"));
    byte[] header = TestTar.block('0', "a".getBytes(StandardCharsets.UTF_8), "", 0);
    header[124] = (byte) 0xff;
    entry("negative size", Reason.BAD_TAR, new TestTar().raw(TestTar.checked(header)));
    byte[] huge = TestTar.block('0', "a".getBytes(StandardCharsets.UTF_8), "", 0);
    huge[124] = (byte) 0x80;
    Arrays.fill(huge, 125, 136, (byte) 0xff);
    huge[128] = 0x7f;
    Arrays.fill(huge, 125, 128, (byte) 0);
    entry(
        "size that overflows with its padding",
        Reason.BAD_TAR,
        new TestTar().raw(TestTar.checked(huge)).file("b", "not in a"));
    layer(
        "archive after an archive",
        Reason.TRAILING_DATA,
        new TestTar().raw(good).file("evil", "x").end());
    layer(
        "archive after one empty block",
        Reason.TRAILING_DATA,
        new TestTar().file("a", "a").raw(new byte[512]).file("evil", "").end());
    entry("sparse file of GNU", Reason.SPARSE_FILE, new TestTar().add('S', "s", "", new byte[0]));
    entry(
        "sparse file of pax",
        Reason.SPARSE_FILE,
        new TestTar().pax("GNU.sparse.major=1").file("s", ""));
    entry(
        "entry of an unknown kind",
        Reason.UNSUPPORTED_ENTRY,
        new TestTar().add('V', "v", "", new byte[0]));
    entry("character device", Reason.DEVICE_NODE, new TestTar().add('3', "d", "", new byte[0]));
    entry("block device", Reason.DEVICE_NODE, new TestTar().add('4', "d", "", new byte[0]));
    entry("named pipe", Reason.NAMED_PIPE, new TestTar().add('6', "p", "", new byte[0]));
  }

  private static void paths() {
    entry("path that leads out", Reason.PATH_TRAVERSAL, new TestTar().file("../evil", "x"));
    entry("path that leads out later", Reason.PATH_TRAVERSAL, new TestTar().file("a/../../b", "x"));
    entry(
        "path that leads out in pax",
        Reason.PATH_TRAVERSAL,
        new TestTar().pax("path=a/../../b").file("a", "x"));
    entry(
        "path that leads out in GNU's header",
        Reason.PATH_TRAVERSAL,
        new TestTar().add('L', "x", "", "../b\0".getBytes(StandardCharsets.UTF_8)).file("c", "x"));
    entry("absolute path", Reason.ABSOLUTE_PATH, new TestTar().file("/etc/passwd", "x"));
    entry("dot in a path", Reason.BAD_PATH, new TestTar().file("a/./b", "x"));
    entry("doubled slash", Reason.BAD_PATH, new TestTar().file("a//b", "x"));
    entry("file with a slash at its end", Reason.BAD_PATH, new TestTar().file("a/", "x"));
    entry("file without a name", Reason.BAD_PATH, new TestTar().file("", "x"));
    entry("line break in a path", Reason.BAD_PATH, new TestTar().file("a\nb", "x"));
    entry("zero byte in a path", Reason.BAD_PATH, new TestTar().pax("path=a\0b").file("c", "x"));
    entry(
        "path too deep",
        Reason.PATH_TOO_DEEP,
        new TestTar().file("a/".repeat(LIMITS.depth()) + "b", "x"));
    entry(
        "name too long",
        Reason.PATH_TOO_LONG,
        new TestTar().pax("path=" + "n".repeat(256)).file("c", ""));
    entry(
        "path too long",
        Reason.PATH_TOO_LONG,
        new TestTar().pax("path=" + "dir/".repeat(1024)).file("c", ""));
    entry(
        "name that is not UTF-8",
        Reason.NAME_NOT_UNICODE,
        new TestTar().add('0', new byte[] {'a', (byte) 0xff}, "", 0, new byte[0]));
    entry(
        "names in another character set",
        Reason.NAME_NOT_UNICODE,
        new TestTar().pax("hdrcharset=BINARY").file("a", ""));
    entry("file twice", Reason.DUPLICATE_ENTRY, new TestTar().file("a", "x").file("a", "y"));
    entry(
        "file twice by two spellings",
        Reason.DUPLICATE_ENTRY,
        new TestTar().file("a/b", "x").file("./a/b", "y"));
    entry(
        "directory over a file",
        Reason.DUPLICATE_ENTRY,
        new TestTar().file("a", "x").directory("a/"));
  }

  private static void links() {
    entry(
        "file through a link",
        Reason.ENTRY_BELOW_FILE,
        new TestTar().symbolicLink("a", "etc").file("a/passwd", "x"));
    entry(
        "link over a directory",
        Reason.ENTRY_BELOW_FILE,
        new TestTar().file("a/b", "x").symbolicLink("a", "etc"));
    entry("link that leads out", Reason.LINK_OUTSIDE, new TestTar().symbolicLink("a/b", "../../c"));
    entry(
        "absolute link that leads out",
        Reason.LINK_OUTSIDE,
        new TestTar().symbolicLink("a", "/../etc"));
    entry(
        "hard link to a lower layer",
        Reason.LINK_OUTSIDE,
        new TestTar().hardLink("a", "etc/shadow"));
    entry(
        "hard link that leads out",
        Reason.PATH_TRAVERSAL,
        new TestTar().hardLink("a", "../etc/shadow"));
    entry(
        "hard link to a link",
        Reason.LINK_OUTSIDE,
        new TestTar().symbolicLink("a", "b").hardLink("c", "a"));
  }

  private static void whiteouts() {
    entry("whiteout of nothing", Reason.WHITEOUT_MISUSE, new TestTar().file("a/.wh.", ""));
    entry("whiteout of a parent", Reason.WHITEOUT_MISUSE, new TestTar().file("a/.wh...", ""));
    entry(
        "whiteout with content", Reason.WHITEOUT_MISUSE, new TestTar().file("a/.wh.b", "content"));
    entry(
        "whiteout that is a link",
        Reason.WHITEOUT_MISUSE,
        new TestTar().symbolicLink(".wh.a", "b"));
    entry("whiteout as a directory", Reason.WHITEOUT_MISUSE, new TestTar().file(".wh.a/b", ""));
    entry("unknown mark", Reason.WHITEOUT_MISUSE, new TestTar().file(".wh..wh.plnk", ""));
    entry(
        "whiteout of what its own layer has",
        Reason.WHITEOUT_MISUSE,
        new TestTar().file("a", "x").file(".wh.a", ""));
    entry(
        "whiteout before what its own layer has",
        Reason.WHITEOUT_MISUSE,
        new TestTar().file(".wh.a", "").file("a/b", "x"));
    entry(
        "whiteout of a directory that its own layer implies",
        Reason.WHITEOUT_MISUSE,
        new TestTar().file("a/b", "x").file(".wh.a", ""));
  }

  private static void nested(Path dir) {
    String manifest = TestImage.small().writeTo(dir);
    String inner = TestImage.blob(dir, bytes(TestImage.indexOf(manifest)), TestImage.INDEX, "");
    String outer = TestImage.blob(dir, bytes(TestImage.indexOf(inner)), TestImage.INDEX, "");
    TestImage.writeIndex(dir, outer);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void link(Path from, Path to) {
    try {
      Files.createSymbolicLink(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
