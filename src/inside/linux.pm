package linux;
# The few system calls that shells and Node cannot make, for the programs in this directory. Only perl-base is
# needed, which Debian and Ubuntu call essential; no module is loaded (each costs some milliseconds of start-up).
use strict;
use warnings;

# System call numbers by Node's name of the architecture (WIRELAB_ARCH): asm/unistd_64.h, asm-generic/unistd.h.
my %NUMBERS = (
  x64   => {mount => 165, umount2 => 166, setns => 308, unshare => 272, sethostname => 170, prctl => 157, setitimer => 38, clock_gettime => 228},
  arm64 => {mount => 40,  umount2 => 39,  setns => 268, unshare => 97,  sethostname => 161, prctl => 167, setitimer => 103, clock_gettime => 113},
);
my $arch = $ENV{WIRELAB_ARCH} // 'x64';
my $number = $NUMBERS{$arch} or die "wirelab does not know the system calls of $arch yet\n";

# linux/mount.h, linux/sched.h, linux/prctl.h
sub RDONLY  { 1 }
sub REMOUNT { 32 }
sub BIND    { 4096 }
sub REC     { 16384 }
sub SLAVE   { 1 << 19 }
sub NEWNS   { 0x00020000 }
sub NEWUTS  { 0x04000000 }
sub NEWNET  { 0x40000000 }
sub PR_CAPBSET_DROP { 24 }

# Arguments are copied: perl's syscall may write through a string.
sub mount {
  my ($source, $target, $type, $flags, $data) = @_;
  $data //= '';
  return syscall($number->{mount}, $source, $target, $type, $flags + 0, $data) == 0;
}

sub must_mount {
  my ($source, $target, $type, $flags, $data) = @_;
  mount($source, $target, $type, $flags, $data) or die "cannot mount $type on $target: $!\n";
}

sub bind_readonly {
  my ($path) = @_;
  return if !-e $path;
  must_mount($path, $path, 'none', BIND);
  must_mount('none', $path, 'none', REMOUNT | BIND | RDONLY);
}

# What still reaches the host through /proc is read-only for root: all sysctls but net, and the triggers that
# container engines protect too. An ordinary user's root may not write there anyway.
sub protect_proc {
  bind_readonly("/proc/$_")
    for qw(sys sysrq-trigger irq bus fs acpi scsi mtrr pressure driver dynamic_debug asound latency_stats);
  must_mount('/proc/sys/net', '/proc/sys/net', 'none', BIND);
  must_mount('none', '/proc/sys/net', 'none', REMOUNT | BIND);
}

# `ip netns exec` puts a /sys of its own there, writable. But all mounts of one namespace's sysfs share a superblock,
# and the first of them says whether it is read-only: that one is ours, and stays.
sub protect_sys {
  my ($directory) = @_;
  open(my $own, '<', '/proc/self/ns/net') or die "cannot read /proc: $!\n";
  mkdir $directory or die "cannot make $directory: $!\n";
  for my $name (map { m{([^/]+)$} } glob '/run/netns/*') {
    enter_netns($name);
    mkdir "$directory/$name" or die "cannot make $directory/$name: $!\n";
    must_mount('wirelab', "$directory/$name", 'sysfs', RDONLY);
  }
  syscall($number->{setns}, fileno($own), NEWNET) == 0 or die "cannot return: $!\n";
}

sub make_private_mounts {
  syscall($number->{unshare}, NEWNS | NEWUTS) == 0 or die "cannot unshare mounts: $!\n";
  my ($none, $root) = ('none', '/');
  must_mount($none, $root, $none, SLAVE | REC);
}

# Continue in the network namespace with this name (ip-netns(8)).
sub enter_netns {
  my ($name) = @_;
  open(my $file, '<', "/run/netns/$name") or die "no network namespace $name: $!\n";
  syscall($number->{setns}, fileno($file), NEWNET) == 0 or die "cannot enter $name: $!\n";
}

sub set_hostname {
  my ($name) = @_;
  syscall($number->{sethostname}, $name, length $name) == 0 or die "cannot set the host name $name: $!\n";
}

# CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_BOOT, CAP_SYS_TIME: none of them belongs to any namespace, so a lab has no use for them.
sub drop_host_capabilities {
  syscall($number->{prctl}, PR_CAPBSET_DROP, $_, 0, 0, 0) for 16, 17, 22, 25;
}

# SIGALRM after so many milliseconds; perl's own alarm counts whole seconds (setitimer(2), ITIMER_REAL).
sub alarm_milliseconds {
  my ($milliseconds) = @_;
  my $value = pack('q q q q', 0, 0, int($milliseconds / 1000), ($milliseconds % 1000) * 1000);
  syscall($number->{setitimer}, 0, $value, 0) == 0 or die "cannot set a timer: $!\n";
}

# Seconds with fraction; perl's own time has whole seconds only (clock_gettime(2), CLOCK_MONOTONIC).
sub now {
  my ($seconds, $nanoseconds) = clock(1);
  return $seconds + $nanoseconds / 1e9;
}

# Nanoseconds since the epoch, by the clock that stamps frames (CLOCK_REALTIME).
sub real_nanoseconds {
  my ($seconds, $nanoseconds) = clock(0);
  return $seconds * 1_000_000_000 + $nanoseconds;
}

sub clock {
  my ($id) = @_;
  my $value = pack('q q', 0, 0);
  syscall($number->{clock_gettime}, $id, $value);
  return unpack('q q', $value);
}

1;
