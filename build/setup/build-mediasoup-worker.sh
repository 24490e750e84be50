#!/bin/bash
# Builds mediasoup's worker (the C++ half of the SFU) from the sources in mediasoup's own npm package and Debian's
# libraries, for networks where its prebuilt binary and its bundled libraries cannot be downloaded.
#
#   build-mediasoup-worker.sh OUT-FILE [VERSION]   about 5 minutes on 2 cores; does nothing where OUT-FILE already runs
#
# Version 3.16.0 is the last whose libsrtp API Debian's libsrtp2 has (with the shim below).
set -euo pipefail
version=${2:-3.16.0}
out=$(realpath -m "${1:?usage: $0 OUT-FILE}")
if [ -x "$out" ] && { "$out" 2>&1 || true; } | grep -q -i mediasoup; then echo "already there: $out"; exit 0; fi

missing=()
for p in meson ninja-build g++ pkg-config libuv1-dev libssl-dev libsrtp2-dev libusrsctp-dev libabsl-dev libflatbuffers-dev flatbuffers-compiler; do
  dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] || { echo "run as root once: apt-get install ${missing[*]}" >&2; exit 1; }
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm pack --silent "mediasoup@$version" >/dev/null
tar xzf mediasoup-*.tgz; cd package/worker
rm -f subprojects/*.wrap

# Each bundled library becomes a subproject that names Debian's.
sub() { mkdir -p "subprojects/$1"; { echo "project('$1', ['c', 'cpp'])"; cat; echo "empty = static_library('empty_${1//-/_}', 'empty.c')"; } >"subprojects/$1/meson.build"
        echo "int empty_${1//-/_};" >"subprojects/$1/empty.c"; }
after() { printf '%s = empty\n' "$@" >>"subprojects/$sub_name/meson.build"; }
sub_name=openssl;     sub openssl     <<<"openssl_dep = dependency('openssl')";         after libcrypto_lib libssl_lib
sub_name=libuv;       sub libuv       <<<"libuv_dep = dependency('libuv')";             after libuv
sub_name=usrsctp;     sub usrsctp     <<<"usrsctp_dep = dependency('usrsctp')";         after usrsctp
sub_name=flatbuffers; sub flatbuffers <<<"flatbuffers_dep = dependency('flatbuffers')"; after flatbuffers_lib
sub_name=catch2;      sub catch2      <<<"catch2_dep = declare_dependency()"
sub_name=libsrtp2;    sub libsrtp2    <<'M'
libsrtp2_dep = declare_dependency(dependencies: dependency('libsrtp2'),
  compile_args: ['-I/usr/include/srtp2', '-include', meson.current_source_dir() / 'shim.h'])
M
after libsrtp2
# mediasoup calls its fork of libsrtp, whose lengths are size_t; Debian's are int.
cat >subprojects/libsrtp2/shim.h <<'H'
#pragma once
#ifdef __cplusplus
#include <cstddef>
#include <srtp.h>
#define SHIM(fn) inline srtp_err_status_t fn(srtp_t s, void* data, size_t* len) { int n = static_cast<int>(*len); auto err = fn(s, data, &n); *len = static_cast<size_t>(n); return err; }
SHIM(srtp_protect) SHIM(srtp_unprotect) SHIM(srtp_protect_rtcp) SHIM(srtp_unprotect_rtcp)
inline srtp_err_status_t srtp_stream_remove(srtp_t s, unsigned int ssrc) { return srtp_remove_stream(s, ssrc); }
#endif
H
sub_name=abseil-cpp;  sub abseil-cpp  <<'M'
absl_container_dep = [dependency('absl_flat_hash_map'), dependency('absl_strings'), dependency('absl_optional')]
absl_strings_dep = dependency('absl_strings')
absl_types_dep = [dependency('absl_optional'), dependency('absl_variant')]
absl_base_dep = dependency('absl_base')
M
after absl_container_lib

python3 - <<'P'
import re
s = open('meson.build').read()
s = s.replace("meson_version: '>= 1.1.0'", "meson_version: '>= 1.0.0'")
s = re.sub(r"subproject\(\s*'([a-z0-9-]+)',\s*default_options:\s*\[[^\]]*\],\s*\)", r"subproject('\1')", s)
open('meson.build', 'w').write(s)
# The write callback must hand back the result of every returning call, ctrl included: with a kTLS-enabled OpenSSL
# (Debian's), answering 1 to BIO_get_ktls_send() leaves libssl without a write buffer and crashes the DTLS handshake.
f = 'src/RTC/DtlsTransport.cpp'
s = open(f).read()
assert 'operationType == BIO_CB_RETURN' in s
open(f, 'w').write(s.replace('(operationType == BIO_CB_RETURN)', '((operationType & BIO_CB_RETURN) != 0)'))
P
meson setup build --buildtype=release -Dms_disable_liburing=true >meson.log 2>&1 || { tail -20 meson.log >&2; exit 1; }
ninja -C build fbs/FBS >/dev/null
ninja -C build mediasoup-worker >ninja.log 2>&1 || { grep -E 'error|FAILED' ninja.log | head -20 >&2; exit 1; }
mkdir -p "$(dirname "$out")"; cp build/mediasoup-worker "$out.part"; mv "$out.part" "$out"
echo "built: $out"
