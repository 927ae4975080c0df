#!/usr/bin/perl
# A network that swallows bad news: passes bytes between two unix sockets, and never tells either side that the other one has gone.
#   silent_proxy.pl LISTEN TARGET    paths of sockets; runs until it is killed
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;

my ($listen, $target) = @ARGV;
$SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::UNIX->new(Local => $listen, Listen => 5) or die "$listen: $!\n";
chmod 0777, $listen;
my $all = IO::Select->new($server);
my %other;
while (my @ready = $all->can_read) {
  for my $socket (@ready) {
    if ($socket == $server) {
      my $near = $server->accept or next;
      my $far = IO::Socket::UNIX->new(Peer => $target) or next;
      @other{$near, $far} = ($far, $near);
      $all->add($near, $far);
    } elsif (sysread $socket, my $bytes, 65536) {
      my $sent = 0;
      while ($sent < length $bytes) { $sent += syswrite($other{$socket}, $bytes, length($bytes) - $sent, $sent) // last; }
    } else {
      $all->remove($socket); # and keeps it open
    }
  }
}
