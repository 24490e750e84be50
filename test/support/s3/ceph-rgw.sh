#!/bin/bash
# Ceph's RADOS gateway on loopback, from Debian's own packages, as a second S3-compatible
# store that none of this project's code wrote: one monitor, one OSD that keeps its
# objects in memory, one gateway; no manager.
#
#   ceph-rgw.sh start    start the three in the background with a user of a known key,
#                        wait until a bucket can be made
#   ceph-rgw.sh stop     end the processes recorded under $CEPH_DIR/pid, no others;
#                        what was stored is lost
#
# Settings (environment): CEPH_DIR   where everything lives; used for one start only
#                         CEPH_PORT  the S3 endpoint's port; the five ports after it
#                                    are used too
# Path-style addresses, any region, key rollcall-tester, secret rollcall-testing.
set -u
umask 022
# What would change the configuration that is written below.
unset CEPH_ARGS CEPH_CONF CEPH_KEYRING CEPH_LIB

CEPH_DIR=$(realpath -m "${CEPH_DIR:?where everything shall live}")
HOST=127.0.0.1
ACCESS_KEY=rollcall-tester
SECRET_KEY=rollcall-testing
CONF=$CEPH_DIR/ceph.conf
NAMES=(rgw osd mon)

die() { echo "ceph-rgw: $*" >&2; exit 1; }

# The recorded process id of $1, if that process lives and is the one we started
# (its command line names our configuration, so a reused id is never taken for it).
pid_of() {
  local file=$CEPH_DIR/pid/$1 pid
  [ -s "$file" ] || return 1
  pid=$(cat "$file")
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -Fxq -- "$CONF" || return 1
  echo "$pid"
}

# Without cephx, as all of it listens on loopback alone; the gateway would then want
# encryption of its monitor, which there is none of without cephx. Without admin sockets,
# whose paths are too long under some temporary directories.
write_config() {
  cat >"$CONF" <<CONF
[global]
fsid = $1
mon_host = [v2:$HOST:$((CEPH_PORT + 1))/0]
public_addr = $HOST
cluster_addr = $HOST
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
ms_bind_msgr1 = false
ms_bind_port_min = $((CEPH_PORT + 2))
ms_bind_port_max = $((CEPH_PORT + 5))
admin_socket =
run_dir = $CEPH_DIR/run
crash_dir = $CEPH_DIR/crash
keyring = $CEPH_DIR/keyring
log_file = $CEPH_DIR/log/\$name.log
log_to_stderr = false
osd_crush_chooseleaf_type = 0
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off

[mon]
mon_data = $CEPH_DIR/mon
mon_cluster_log_file = $CEPH_DIR/log/cluster.log
mon_allow_pool_size_one = true
# It ends itself on a disk that is 95 % full.
mon_data_avail_crit = 0
# Each pool is several changes of the cluster's map, which are gathered for 1 s by default.
paxos_propose_interval = 0.05

[osd]
osd_data = $CEPH_DIR/osd
osd_objectstore = memstore
# What it says it has; it takes what is stored.
memstore_device_bytes = 4294967296

[client]
rgw_data = $CEPH_DIR/rgw
rgw_frontends = beast endpoint=$HOST:$CEPH_PORT
rgw_thread_pool_size = 32
rgw_run_sync_thread = false
CONF
}

# Starts the daemon $1 by the command that follows.
launch() {
  local name=$1
  shift
  setsid nohup "$@" -f -c "$CONF" </dev/null >>"$CEPH_DIR/log/$name.out" 2>&1 &
  echo $! >"$CEPH_DIR/pid/$name"
}

# Runs a command that must end well.
must() { timeout 60 "$@" >"$CEPH_DIR/log/command.out" 2>&1 || { tail -n 20 "$CEPH_DIR/log/command.out" >&2; die "failed: $*"; }; }

# Makes the bucket "ceph-rgw-ready", or finds it made, by a signed request.
ready() {
  local code
  code=$(curl -s -m 20 -o "$CEPH_DIR/log/ready.out" -w '%{http_code}' -X PUT --aws-sigv4 aws:amz:us-east-1:s3 \
    --user "$ACCESS_KEY:$SECRET_KEY" -H "x-amz-content-sha256: $(sha256sum </dev/null | cut -d' ' -f1)" \
    "http://$HOST:$CEPH_PORT/ceph-rgw-ready")
  [ "$code" = 200 ]
}

start() {
  local began=$SECONDS fsid osd p name
  : "${CEPH_PORT:?the port of the S3 endpoint}"
  for p in ceph-mon ceph-osd radosgw radosgw-admin ceph curl; do
    command -v "$p" >/dev/null || die "no $p: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd curl"
  done
  mkdir -p "$CEPH_DIR"/{pid,log,run,crash,mon,osd,rgw} || die "cannot make $CEPH_DIR"
  [ -e "$CONF" ] && die "$CEPH_DIR was used before"
  read -r fsid </proc/sys/kernel/random/uuid
  read -r osd </proc/sys/kernel/random/uuid
  write_config "$fsid"
  must monmaptool --create --fsid "$fsid" --addv a "[v2:$HOST:$((CEPH_PORT + 1))]" "$CEPH_DIR/monmap"
  must ceph-mon --mkfs -i a -c "$CONF" --monmap "$CEPH_DIR/monmap"
  launch mon ceph-mon -i a
  must ceph -c "$CONF" --connect-timeout 50 osd new "$osd"
  must ceph-osd --mkfs -i 0 --osd-uuid "$osd" -c "$CONF"
  launch osd ceph-osd -i 0
  must radosgw-admin -c "$CONF" user create --uid=tester --display-name=tester \
    --access-key="$ACCESS_KEY" --secret="$SECRET_KEY"
  launch rgw radosgw -n client.rgw
  while [ $((SECONDS - began)) -lt 120 ]; do
    if ready; then
      echo "ceph-rgw: ready at http://$HOST:$CEPH_PORT after $((SECONDS - began)) s"
      return 0
    fi
    for name in "${NAMES[@]}"; do
      kill -0 "$(cat "$CEPH_DIR/pid/$name")" 2>/dev/null || { tail -n 20 "$CEPH_DIR/log"/*.out >&2; die "$name ended at once"; }
    done
    sleep 0.1
  done
  cat "$CEPH_DIR/log/ready.out" >&2
  die "no bucket could be made (logs in $CEPH_DIR/log)"
}

# Nothing of it is kept, so there is nothing to end in order.
stop() {
  local i name pid left
  for i in $(seq 1 50); do
    left=0
    for name in "${NAMES[@]}"; do
      pid=$(pid_of "$name") && left=1 && kill -KILL "$pid" 2>/dev/null
    done
    [ $left -eq 0 ] && { echo "ceph-rgw: stopped"; return 0; }
    sleep 0.1
  done
  die "some processes did not end"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  *) echo "usage: $0 start|stop   (CEPH_DIR, CEPH_PORT)" >&2; exit 2 ;;
esac
