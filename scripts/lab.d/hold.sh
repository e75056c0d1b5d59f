# Holds a network namespace for the router or the scanner: unshare --net sh hold.sh [?]SETTING=VALUE...
# Settings are below /proc/sys/net; with "?" they may be missing (a kernel without IPv6). nft rules come in $RULES.
# Says "ready" once all is set, then sleeps until the lab ends.
set -e
for setting; do
  name=${setting%%=*}
  value=${setting#*=}
  case $name in
    \?*) { echo "$value" >"/proc/sys/net/${name#\?}"; } 2>/dev/null || : ;;
    *) echo "$value" >"/proc/sys/net/$name" ;;
  esac
done
ip link set lo up
if [ -n "$RULES" ]; then printf %s "$RULES" | nft -f -; fi
echo ready
exec sleep infinity
