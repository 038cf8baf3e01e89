#!/usr/bin/perl
# enter.pl WHERE root|user COMMAND [ARGUMENT...]
#
# Run a command as somebody who sits at that node or pod: its network namespace, its host name, its own files of
# /etc/netns/WHERE over /etc (as `ip netns exec` does), /proc of the session and /sys of the namespace. WHERE `-` is
# the sandbox itself. Exit codes as env(1): 126 cannot be executed, 127 not found.
use strict;
use warnings;
BEGIN { my ($here) = $0 =~ m{^(.*)/}; require "$here/linux.pm" }

my ($where, $who, @command) = @ARGV;
eval {
  linux::enter_netns($where) if $where ne '-';
  linux::make_private_mounts();
  linux::must_mount('proc', '/proc', 'proc', 0);
  if ($who eq 'root') {
    linux::protect_proc();
    linux::drop_host_capabilities();
  }
  if ($where ne '-') {
    # /sys shows the devices of the namespace that mounts it. An ordinary user is refused where the host's own is masked.
    linux::mount('wirelab', '/sys', 'sysfs', linux::RDONLY) or $who ne 'root' or die "cannot mount /sys: $!\n";
    for my $file (glob "/etc/netns/$where/*") {
      my ($name) = $file =~ m{([^/]+)$};
      linux::must_mount($file, "/etc/$name", 'none', linux::BIND) if -e "/etc/$name";
    }
    linux::set_hostname($where);
  }
  # The directory that we were called from, where it is to be seen in here too.
  chdir($ENV{WIRELAB_DIRECTORY} // '/');
  delete @ENV{qw(WIRELAB_DIRECTORY WIRELAB_ARCH)};
  1;
} or do { print STDERR "lab: $@"; exit 125 };

# Ctrl-C is the command's own business: those who wait for it, nsenter and this process, ignore it. How it ended is handed
# on as a number, because nsenter would end itself by the same signal, and could not by one that it ignores.
my $pid = fork // do { print STDERR "lab: fork: $!\n"; exit 125 };
if ($pid) {
  waitpid($pid, 0);
  exit($? & 127 ? 128 + ($? & 127) : $? >> 8);
}
$SIG{$_} = 'DEFAULT' for qw(INT QUIT);
{ no warnings 'exec'; exec {$command[0]} @command; }
my ($code, $words) = $! == 2 ? (127, 'not found') : (126, "$!");
print STDERR "lab: $command[0]: $words\n";
exit $code;
