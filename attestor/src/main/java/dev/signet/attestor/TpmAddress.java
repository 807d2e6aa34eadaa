// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/**
 * Where a TPM is: {@code device:/dev/tpmrm0}, {@code swtpm:unix:PATH} or {@code
 * swtpm:tcp:HOST:PORT}.
 */
public sealed interface TpmAddress {
  /** A Linux character device. */
  record Device(Path path) implements TpmAddress {
    @Override
    public String toString() {
      return "device:" + path;
    }
  }

  /** swtpm on a UNIX socket. */
  record UnixSocket(Path path) implements TpmAddress {
    @Override
    public String toString() {
      return "swtpm:unix:" + path;
    }
  }

  /** swtpm on TCP. */
  record Tcp(String host, int port) implements TpmAddress {
    public Tcp {
      if (host.isEmpty() || port < 1 || port > 65535) {
        throw new IllegalArgumentException("expected a host and a port of 1 to 65535");
      }
    }

    @Override
    public String toString() {
      return "swtpm:tcp:" + host + ":" + port;
    }
  }

  /**
   * @throws IllegalArgumentException if {@code text} is none of the three forms
   */
  static TpmAddress parse(String text) {
    if (text.startsWith("device:/")) {
      return new Device(Path.of(text.substring("device:".length())));
    }
    if (text.startsWith("swtpm:unix:/")) {
      return new UnixSocket(Path.of(text.substring("swtpm:unix:".length())));
    }
    if (text.startsWith("swtpm:tcp:")) {
      String rest = text.substring("swtpm:tcp:".length());
      int colon = rest.lastIndexOf(':');
      if (colon > 0 && rest.substring(colon + 1).matches("[0-9]{1,5}")) {
        return new Tcp(rest.substring(0, colon), Integer.parseInt(rest.substring(colon + 1)));
      }
    }
    throw new IllegalArgumentException(
        "expected a TPM address device:/dev/tpmrm0, swtpm:unix:/PATH or swtpm:tcp:HOST:PORT, got: "
            + text);
  }

  /** Connects. */
  default TpmTransport open() throws IOException {
    return switch (this) {
      case Device device -> DeviceTransport.open(device.path());
      case UnixSocket socket -> SocketTransport.connect(UnixDomainSocketAddress.of(socket.path()));
      case Tcp tcp -> SocketTransport.connect(new InetSocketAddress(tcp.host(), tcp.port()));
    };
  }

  /**
   * Whether a resource manager gives each connection handles of its own and cleans up after it.
   * {@code /dev/tpmrm0} does; swtpm and {@code /dev/tpm0} do not.
   */
  default boolean resourceManaged() {
    return this instanceof Device device
        && device.path().getFileName() != null
        && device.path().getFileName().toString().startsWith("tpmrm");
  }
}
