// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import dev.signet.launcher.container.RootFiles.Owner;
import dev.signet.measurements.image.EntrySink;
import dev.signet.measurements.image.ImageLayer;
import dev.signet.measurements.image.LayerEntry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;

/** Puts an image's entries where its container will have them, while the image is measured. */
final class Unpacking implements EntrySink {
  private final RootFiles files;

  Unpacking(RootFiles files) {
    this.files = files;
  }

  @Override
  public void layer(ImageLayer layer) {
    files.beginLayer();
  }

  @Override
  public void entry(LayerEntry entry, InputStream content) throws IOException {
    // The root itself has no name.
    String path = entry.path().isEmpty() ? "." : entry.path();
    Owner owner = new Owner(entry.uid(), entry.gid());
    Instant modified = Instant.ofEpochSecond(entry.modified());
    switch (entry.kind()) {
      case FILE -> files.file(path, owner, entry.mode(), modified, content);
      case DIRECTORY -> files.directory(path, owner, entry.mode(), modified);
      case SYMBOLIC_LINK -> files.symbolicLink(path, owner, entry.link());
      case HARD_LINK -> files.hardLink(path, entry.link());
      case WHITEOUT -> files.remove(path);
      case OPAQUE -> files.empty(path);
    }
  }

  @Override
  public void discard() throws IOException {
    files.clear();
  }
}
