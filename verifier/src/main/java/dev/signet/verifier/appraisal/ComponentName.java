// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.appraisal;

import dev.signet.verifier.eventlog.EventDescription;
import dev.signet.verifier.eventlog.FirmwareEvent;
import java.util.Locale;
import java.util.Map;

/**
 * What to call a component: by its PCR (PFP 3.3.4, and what shim, GRUB, systemd and Linux measure)
 * and, among those of one PCR, by what the event says. A name decides nothing.
 */
final class ComponentName {
  private static final Map<Integer, String> BY_PCR =
      Map.ofEntries(
          Map.entry(0, "firmware"),
          Map.entry(1, "firmware configuration"),
          Map.entry(2, "option ROMs and drivers"),
          Map.entry(3, "configuration of option ROMs"),
          Map.entry(4, "boot loader"),
          Map.entry(5, "partition table and boot attempts"),
          Map.entry(6, "manufacturer's"),
          Map.entry(7, "secure boot authority"),
          Map.entry(8, "boot loader command"),
          Map.entry(9, "boot loader file"),
          Map.entry(11, "unified kernel image"),
          Map.entry(12, "command line"),
          Map.entry(13, "system extension"),
          Map.entry(14, "shim's MokList"));

  private ComponentName() {}

  static String of(FirmwareEvent event) {
    int pcr = (int) event.pcr();
    String says = EventDescription.of(event).toLowerCase(Locale.ROOT);
    String file = says.substring(Math.max(says.lastIndexOf('/'), says.lastIndexOf('\\')) + 1);
    boolean kernel = file.contains("vmlinuz") || file.contains("kernel");
    if (pcr == 4) {
      return kernel ? "kernel" : EventDescription.isImage(event) ? imageName(file) : "boot attempt";
    }
    if (pcr == 8 && says.startsWith("kernel_cmdline:")) {
      return "command line";
    }
    if (pcr == 9 && says.contains("loaded_image::loadoptions")) { // Linux's EFI stub
      return "command line";
    }
    if (pcr == 9 && (file.contains("initrd") || file.contains("initramfs"))) {
      return "initrd";
    }
    return pcr == 9 && kernel ? "kernel" : BY_PCR.getOrDefault(pcr, "PCR " + pcr);
  }

  /** Firmware's file names carry no versions. */
  private static String imageName(String file) {
    return file.endsWith(".efi") && file.length() <= 32 ? "boot loader " + file : "boot loader";
  }
}
