#!/usr/bin/perl
# PID 1 of a lab's sandbox. Started by unshare(1) with a mount, PID, network, UTS and IPC namespace of its own
# (for an ordinary user in a user namespace too); everything of the lab lives and dies with this process.
#
#   arguments: the directory of the lab program's own files (seen inside as /run/wirelab/program), and `root` or `user`
#   stdout:    one line, "ready PID", with its number as seen from outside
#   stdin:     the line "keep" when the lab is complete. End of file before that means that the command that builds
#              the lab is gone: leave, and the kernel takes everything else along.
use strict;
use warnings;
BEGIN { my ($here) = $0 =~ m{^(.*)/}; require "$here/linux.pm" }

my ($program, $who) = @ARGV;
umask 022;
$SIG{CHLD} = sub { 1 while waitpid(-1, 1) > 0 };

# /proc is still the outside's: its first field is our number there.
open(my $stat, '<', '/proc/self/stat') or die "cannot read /proc: $!\n";
my ($outside) = split ' ', <$stat>;
close $stat;
# The programs that will run inside are read before /run and /var/lib hide where they are installed, and kept in the
# lab's own /run: a running lab does not change when the program is built anew or removed.
opendir(my $directory, $program) or die "cannot open $program: $!\n";
my %programs = map { ($_ => content("$program/$_")) } grep { /\.p[lm]$|^agent/ } readdir $directory;
closedir $directory;

linux::must_mount('proc', '/proc', 'proc', 0);
linux::must_mount('wirelab', '/run', 'tmpfs', 0, 'mode=755,size=256m');
mkdir "/run/$_" or die "cannot make /run/$_: $!\n"
  for qw(netns lock wirelab wirelab/program wirelab/agent etc etc/upper etc/work etc/upper/netns);
write_file("/run/wirelab/program/$_", $programs{$_}) for keys %programs;
linux::must_mount('wirelab', "/var/$_", 'tmpfs', 0, 'mode=755,size=64m') for qw(lib log);

# An /etc of the lab's own over the host's. What it replaces is put into the upper layer before the mount: an
# ordinary user may not copy up files of an unmapped root, and the host's resolv.conf may be a link into /run.
my %own = (
  'hosts'         => "127.0.0.1\tlocalhost\n",
  'resolv.conf'   => "# No name server: a lab has none unless it says so.\n",
  'nsswitch.conf' => join('', map { "$_\n" } 'passwd: files', 'group: files', 'hosts: files dns', 'networks: files',
    'protocols: files', 'services: files'),
);
write_file("/run/etc/upper/$_", $own{$_}) for keys %own;
linux::must_mount('wirelab', '/etc', 'overlay', 0, 'lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work');

if ($who eq 'root') {
  linux::protect_proc();
  linux::must_mount('wirelab', '/sys', 'sysfs', linux::RDONLY);
}

$| = 1;
print "ready $outside\n";

my $word = <STDIN>;
exit 0 if !defined $word || $word ne "keep\n";

linux::protect_sys('/run/wirelab/sys') if $who eq 'root';
write_file('/run/wirelab/kept', '');
print "kept\n";
open(STDIN,  '<', '/dev/null');
open(STDOUT, '>', '/dev/null');
open(STDERR, '>', '/dev/null');
sleep 3600 while 1;

sub content {
  my ($path) = @_;
  open(my $file, '<', $path) or die "cannot read $path: $!\n";
  binmode $file;
  local $/;
  return scalar <$file>;
}

sub write_file {
  my ($path, $text) = @_;
  open(my $file, '>', $path) or die "cannot write $path: $!\n";
  binmode $file;
  print $file $text // '';
  close $file or die "cannot write $path: $!\n";
}
