// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import dev.signet.launcher.workload.Issued.Absence;
import java.util.function.Consumer;

/** Wants what a rotation holds, one time. */
final class Once<T> implements Rotation.Watcher<T> {
  private final Rotation<T> rotation;
  private final Consumer<T> here;
  private final Consumer<Absence> absent;
  private boolean told;

  Once(Rotation<T> rotation, Consumer<T> here, Consumer<Absence> absent) {
    this.rotation = rotation;
    this.here = here;
    this.absent = absent;
  }

  void ask() {
    rotation.watch(this);
    synchronized (this) {
      if (!told) {
        return;
      }
    }
    forget();
  }

  void forget() {
    rotation.unwatch(this);
  }

  @Override
  public void newest(T value) {
    if (first()) {
      here.accept(value);
      // By then it may be watched for the first time only now: see ask.
      forget();
    }
  }

  @Override
  public void none(Absence why) {
    if (first()) {
      absent.accept(why);
    }
  }

  private synchronized boolean first() {
    boolean first = !told;
    told = true;
    return first;
  }
}
