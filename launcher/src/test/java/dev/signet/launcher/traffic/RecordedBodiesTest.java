// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordedBodiesTest {
  @ParameterizedTest
  @CsvSource({
    "api.example.com, api.example.com, /, true",
    "API.example.com, api.example.com, /x, true",
    "api.example.com, evil-api.example.com, /, false",
    "*.example.com, api.example.com, /, true",
    "*.example.com, example.com, /, false",
    "*.example.com, badexample.com, /, false",
    "api.example.com/v1, api.example.com, /v1, true",
    "api.example.com/v1/, api.example.com, /v1/chat, true",
    "api.example.com/v1, api.example.com, /v10, false",
    "[::1], [::1], /, true",
  })
  void coversHostsAndPaths(String place, String host, String path, boolean covered) {
    assertThat(RecordedBodies.Place.parse(place).covers(host, path)).isEqualTo(covered);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "*", "*.", "https://api.example.com", "a b", "a/b?c", "a/*", "a*b.com"})
  void refusesOtherWords(String text) {
    assertThatThrownBy(() -> RecordedBodies.Place.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void keepsNoMoreThanTheCap() {
    BodyCapture.Room room = new BodyCapture.Room(10_000);
    BodyCapture capture = new BodyCapture(3000, room);
    ByteBuf piece = Unpooled.wrappedBuffer(new byte[2000]);
    capture.take(piece);
    assertThat(capture.whole()).isTrue();
    capture.take(piece);
    assertThat(capture.whole()).isFalse();
    assertThat(capture.content()).hasSize(3000);
    assertThat(piece.readableBytes()).isEqualTo(2000);
    capture.discard();
    capture.discard();
    assertThat(room.left()).isEqualTo(10_000);
  }

  @Test
  void givesUpWhereAllBodiesFillTheRoom() {
    BodyCapture.Room room = new BodyCapture.Room(4000);
    BodyCapture first = new BodyCapture(3000, room);
    BodyCapture second = new BodyCapture(3000, room);
    first.take(Unpooled.wrappedBuffer(new byte[3000]));
    second.take(Unpooled.wrappedBuffer(new byte[1000]));
    second.take(Unpooled.wrappedBuffer(new byte[1000]));
    assertThat(second.crowded()).isTrue();
    second.discard();
    assertThat(first.content()).hasSize(3000);
    first.discard();
    assertThat(room.left()).isEqualTo(4000);
  }
}
