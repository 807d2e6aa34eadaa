// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.util.Arrays;
import java.util.List;
import tss.ReqStructure;
import tss.TpmBuffer;
import tss.tpm.TPM_CC;
import tss.tpm.TPM_HANDLE;

/**
 * One command, marshalled by TSS.Java, which has no further part in it: it is sent, authorized and
 * its answer read by this package.
 *
 * @param handles all handles in order; the first {@code authorized} of them need authorization
 * @param parameters the marshalled parameters
 * @param returnsHandle whether a handle comes before the response's parameters
 */
record Command(
    String name,
    int code,
    List<Entity> handles,
    int authorized,
    byte[] parameters,
    boolean returnsHandle) {

  static Command of(TPM_CC code, ReqStructure request, Entity... handles) {
    return marshal(code, request, false, handles);
  }

  static Command returningHandle(TPM_CC code, ReqStructure request, Entity... handles) {
    return marshal(code, request, true, handles);
  }

  private static Command marshal(
      TPM_CC code, ReqStructure request, boolean returnsHandle, Entity... handles) {
    TPM_HANDLE[] named = request.getHandles();
    int[] expected =
        named == null ? new int[0] : Arrays.stream(named).mapToInt(h -> h.handle).toArray();
    int[] given = Arrays.stream(handles).mapToInt(Entity::handle).toArray();
    if (!Arrays.equals(expected, given)) {
      throw new IllegalArgumentException(code + ": the handles differ from those marshalled");
    }
    TpmBuffer buffer = new TpmBuffer(TpmFraming.MAX);
    request.toTpm(buffer);
    // Past its end TSS.Java's buffer writes nothing and says so only here.
    if (!buffer.isOk()) {
      throw new IllegalArgumentException(
          code + ": expected parameters of at most " + TpmFraming.MAX + " bytes");
    }
    byte[] parameters = Arrays.copyOf(buffer.buffer(), buffer.curPos());
    Arrays.fill(buffer.buffer(), (byte) 0);
    return new Command(
        code.name(),
        code.toInt(),
        List.of(handles),
        request.numAuthHandles(),
        parameters,
        returnsHandle);
  }

  @Override
  public String toString() {
    return name;
  }
}
