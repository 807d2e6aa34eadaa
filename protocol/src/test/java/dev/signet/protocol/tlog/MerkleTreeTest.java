// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol.tlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.Digest;
import dev.signet.protocol.tlog.MerkleTree.Subtree;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class MerkleTreeTest {
  /** The tree of Certificate Transparency's own tests, and its root at each size. */
  private static final List<String> LEAVES =
      List.of(
          "",
          "00",
          "10",
          "2021",
          "3031",
          "40414243",
          "5051525354555657",
          "606162636465666768696a6b6c6d6e6f");

  private static final List<String> ROOTS =
      List.of(
          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
          "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
          "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
          "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
          "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
          "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

  @Test
  void rootsAreThoseOfTheKnownTree() {
    CompactRange range = new CompactRange();
    assertThat(range.root().toHex())
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (int i = 0; i < LEAVES.size(); i++) {
      range.append(MerkleTree.leaf(HexFormat.of().parseHex(LEAVES.get(i))));
      assertThat(range.root().toHex()).as("of %d leaves", i + 1).isEqualTo(ROOTS.get(i));
      assertThat(range.size()).isEqualTo(i + 1);
    }
  }

  @Test
  void subtreesAreTheBitsOfTheSize() {
    assertThat(MerkleTree.subtrees(0)).isEmpty();
    assertThat(MerkleTree.subtrees(1)).containsExactly(new Subtree(0, 0));
    assertThat(MerkleTree.subtrees(11))
        .containsExactly(new Subtree(3, 0), new Subtree(1, 4), new Subtree(0, 10));
  }

  @Test
  void goesOnFromTheSubtreesOfABeginning() {
    List<Digest> leaves = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      leaves.add(MerkleTree.leaf(new byte[] {(byte) i}));
    }
    CompactRange whole = new CompactRange();
    leaves.forEach(whole::append);
    for (int size = 0; size <= leaves.size(); size++) {
      List<Digest> subtrees = new ArrayList<>();
      for (Subtree subtree : MerkleTree.subtrees(size)) {
        CompactRange part = new CompactRange();
        int from = (int) (subtree.index() << subtree.level());
        leaves.subList(from, from + (1 << subtree.level())).forEach(part::append);
        subtrees.add(part.root());
      }
      CompactRange range = new CompactRange(size, subtrees);
      leaves.subList(size, leaves.size()).forEach(range::append);
      assertThat(range.root()).as("from " + size).isEqualTo(whole.root());
    }
  }

  @Test
  void refusesSubtreesOfAnotherSize() {
    assertThatThrownBy(() -> new CompactRange(3, List.of(MerkleTree.EMPTY)))
        .hasMessage("expected 2 subtrees for 3 leaves, got 1");
    assertThatThrownBy(() -> new CompactRange(-1, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
