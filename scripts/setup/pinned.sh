# shellcheck shell=sh disable=SC2034  # read by the files beside this one
# What set-up fetches, and the SHA-512 it must have. The sums stand here, and not only in the registry's answer,
# so that a registry, a mirror or a proxy that was tampered with can't choose what runs on this machine.

OLDEST_NODE=24.12
NODE_VERSION=26.10.0
NODE_SIZE_BYTES=57400000
NODE_SHA512_X64=3a6033b5aaebd602b83c3fac372a24bb8379438d1df1ea8cb8b8cd6bfcd1bf1177dda0ac54a54840bb385791d83d64965a53224dd9266d913fe8f8628266b487
NODE_SHA512_ARM64=89d02b57f726a96f4cf4e0f21a56ce222cb1168bab0e1d66241d1274a09d31b4998e379ff422c4377a35fde138c9ff81d3ee410fe17be0ca534c7881dd75d305

NPM_VERSION=12.2.0
NPM_SIZE_BYTES=3054025
NPM_SHA512=66c2632a94e796649738b2d7894d710c2cc2e1696893823066687f6b0d8a52e5f2b54eeaeaa32ffdc513ecca1e49ff794a5c2ec3f9515d879f1b3182b291cf35
