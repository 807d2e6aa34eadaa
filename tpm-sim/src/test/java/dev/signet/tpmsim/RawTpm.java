// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;

/** The few raw commands that the simulator's own tests need, one connection each. */
record RawTpm(SimulatedTpm tpm) {
  record Clock(long millis, int resetCount, int restartCount, boolean safe) {}

  static RawTpm over(SimulatedTpm tpm) {
    return new RawTpm(tpm);
  }

  String pcr(int index) throws IOException {
    byte[] selection = {0, 0, 0};
    selection[index / 8] = (byte) (1 << index % 8);
    ByteBuffer answer =
        send(
            command(
                0x8001,
                0x17e,
                ByteBuffer.allocate(10)
                    .putInt(1)
                    .putShort((short) 0xb)
                    .put((byte) 3)
                    .put(selection)
                    .array()));
    byte[] digest = new byte[32];
    answer.position(answer.limit() - 32).get(digest);
    return HexFormat.of().formatHex(digest);
  }

  void extend(int index) throws IOException {
    ByteBuffer body = ByteBuffer.allocate(4 + 4 + 9 + 4 + 2 + 32);
    body.putInt(index)
        .putInt(9)
        .putInt(0x40000009)
        .putShort((short) 0)
        .put((byte) 0)
        .putShort((short) 0);
    body.putInt(1).putShort((short) 0xb).put(new byte[32]);
    send(command(0x8002, 0x182, body.array()));
  }

  Clock clock() throws IOException {
    ByteBuffer answer = send(command(0x8001, 0x181, new byte[0]));
    return new Clock(answer.getLong(18), answer.getInt(26), answer.getInt(30), answer.get(34) == 1);
  }

  X509Certificate rsaEkCertificate() throws IOException, CertificateException {
    int index = 0x01C00002;
    ByteBuffer publicArea =
        send(command(0x8001, 0x169, ByteBuffer.allocate(4).putInt(index).array()));
    int size = publicArea.getShort(24) & 0xffff;
    ByteBuffer certificate = ByteBuffer.allocate(size);
    while (certificate.hasRemaining()) {
      int chunk = Math.min(512, certificate.remaining());
      ByteBuffer body = ByteBuffer.allocate(8 + 4 + 9 + 4);
      body.putInt(index).putInt(index).putInt(9).putInt(0x40000009);
      body.putShort((short) 0).put((byte) 0).putShort((short) 0);
      body.putShort((short) chunk).putShort((short) certificate.position());
      ByteBuffer answer = send(command(0x8002, 0x14e, body.array()));
      certificate.put(answer.array(), 16, chunk);
    }
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(certificate.array()));
  }

  private static byte[] command(int tag, int code, byte[] body) {
    return ByteBuffer.allocate(10 + body.length)
        .putShort((short) tag)
        .putInt(10 + body.length)
        .putInt(code)
        .put(body)
        .array();
  }

  private ByteBuffer send(byte[] command) throws IOException {
    String[] address = tpm.address().split(":");
    SocketAddress socket =
        address[1].equals("unix")
            ? UnixDomainSocketAddress.of(address[2])
            : new InetSocketAddress(address[2], Integer.parseInt(address[3]));
    byte[] answer = ShortExchange.exchange(socket, command, 10, Duration.ofSeconds(5));
    ByteBuffer buffer = ByteBuffer.wrap(answer);
    if (buffer.getInt(6) != 0) {
      throw new IOException("TPM answered 0x" + Integer.toHexString(buffer.getInt(6)));
    }
    return buffer;
  }
}
