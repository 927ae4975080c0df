#!/usr/bin/perl
# Runs the SQL of a document, block by block in one session, and holds what comes out against the output that the document shows.
#   run_blocks.pl DOCUMENT [FIXTURE]    in the database that PGHOST, PGPORT, PGUSER and PGDATABASE name; prints TAP without a plan
# A block is what stands between ```sql and ```; a block without a language right after it is its output. Shown output must come out in its order,
# spaces and the widths of tables apart; "…" stands for anything; paragraphs may have other output between them. An error
# that is not shown fails the block. The fixture is SQL that is run before the first block. In it, on lines of their own:
#   -- before: TEXT          what follows is run right before the block that contains TEXT
#   -- after                 what follows is run after the last block
#   -- date: 2026-11-21 is current_date     this date in the document's output stands for what the SQL expression gives on the day of the run
#   -- mask: REGEX           what matches counts as equal, in both; times a run took always do
# /srv/ in blocks and fixture is $DOCS_DIRECTORY/, which the server may write in; so is the current directory.
use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));

my ($document, $fixture) = @ARGV;
my $directory = $ENV{DOCS_DIRECTORY} // die "DOCS_DIRECTORY is not set\n";

sub lines_of { my ($path) = @_; open my $file, '<', $path or die "$path: $!\n"; my @lines = <$file>; chomp @lines; return @lines; }

sub value_of {
  my ($expression) = @_;
  open my $psql, '-|', 'psql', '-XAt', '-v', 'ON_ERROR_STOP=1', '-c', "SELECT $expression" or die "psql: $!\n";
  my $value = <$psql> // '';
  close $psql or die "no value: $expression\n";
  chomp $value;
  return $value;
}

# [{line, code, shown}]
sub blocks_of {
  my @lines = @_;
  my @blocks;
  for (my $i = 0; $i < @lines; ++$i) {
    next unless $lines[$i] eq '```sql';
    my %block = (line => $i + 1, code => '');
    while ($lines[++$i] ne '```') { $block{code} .= "$lines[$i]\n"; }
    my $next = $i + 1;
    ++$next while $next < @lines && $lines[$next] eq '';
    if ($next < @lines && $lines[$next] eq '```') {
      $block{shown} = '';
      while ($lines[++$next] ne '```') { $block{shown} .= "$lines[$next]\n"; }
      $i = $next;
    }
    push @blocks, \%block;
  }
  return @blocks;
}

my (%before, %dates, @masks);
my ($start, $after) = ('', '');
if (defined $fixture) {
  my $target = \$start;
  for my $line (lines_of($fixture)) {
    if ($line =~ /^-- before: (.*)/) { $before{$1} //= ''; $target = \$before{$1}; }
    elsif ($line eq '-- after') { $target = \$after; }
    elsif ($line =~ /^-- mask: (.*)/) { push @masks, qr/$1/; }
    elsif ($line =~ /^-- date: (\S+) is (.*)/) { $dates{$1} = $2; }
    else { $$target .= "$line\n"; }
  }
}

$_ = value_of($_) for values %dates;

# Table rules are as wide as what they are below, and times are never the same.
sub plain {
  my ($text) = @_;
  $text =~ s/-[-+]*-/-/g;
  $text =~ s/\b[0-9]+\.[0-9]+ s\b/TIME s/g;
  $text =~ s/$_/MASKED/g for @masks;
  $text =~ s/\s+/ /g;
  $text =~ s/^ | $//g;
  return $text;
}

my @blocks = blocks_of(lines_of($document));
my $script = "$start\n";
for my $number (0 .. $#blocks) {
  for my $text (sort keys %before) {
    next unless index($blocks[$number]{code}, $text) >= 0;
    $script .= "$before{$text}\n";
    delete $before{$text};
  }
  my $code = $blocks[$number]{code};
  $script .= "\\echo \@block $number\n$code\n\\echo \@end\n";
}
$script .= $after;
$script =~ s{/srv/}{$directory/}g;
open my $file, '>', "$directory/script.sql" or die "$directory/script.sql: $!\n";
print $file $script;
close $file;
open my $psql, '-|', "psql -X -v ON_ERROR_STOP=0 --pset pager=off <'$directory/script.sql' 2>&1" or die "psql: $!\n";
my (@came, $current);
my $outside = '';
while (my $line = <$psql>) {
  if ($line =~ /^\@block ([0-9]+)$/) { $current = $1; $came[$current] = ''; }
  elsif ($line eq "\@end\n") { undef $current; }
  elsif (defined $current) { $came[$current] .= $line; }
  else { $outside .= $line; }
}
close $psql;

my $name = $document =~ s{^.*/}{}r;
my $failures = 0;
sub report {
  my ($passed, $what, @why) = @_;
  print(($passed ? 'ok' : 'not ok'), " - $what\n");
  ++$failures unless $passed;
  print map { s/^/#   /gmr =~ s/\n?\z/\n/r } @why unless $passed;
}
report($outside !~ /^(ERROR|FATAL|.*syntax error)/m && !%before, "$name: its fixture", $outside, map { "no block contains: $_" } sort keys %before) if defined $fixture;
for my $number (0 .. $#blocks) {
  my ($block, $output) = ($blocks[$number], $came[$number]);
  my ($first) = grep { !/^\s*--/ } split /\n/, $block->{code};
  my $what = "$name:$block->{line}: " . substr($first // '', 0, 70) =~ s/#/\\#/gr;
  if (!defined $output) { report(0, $what, 'It was not reached.'); next; }
  $output =~ s{\Q$directory\E/}{/srv/}g;
  my @why;
  my ($have, $from) = (plain($output), 0);
  my $shown = $block->{shown} // '';
  $shown =~ s/\Q$_\E/$dates{$_}/g for sort keys %dates;
  for my $piece (map { plain($_) } split /\n\s*\n|…/, $shown) {
    next if $piece eq '';
    my $at = index($have, $piece, $from);
    if ($at < 0) { push @why, "It does not say, in this place:\n$piece"; last; }
    $from = $at + length $piece;
  }
  my $errors = () = $output =~ /^(?:ERROR|FATAL|invalid command)/mg;
  my $shown_errors = () = $shown =~ /^(?:ERROR|FATAL)/mg;
  push @why, 'It raises an error that is not shown.' if $errors != $shown_errors;
  push @why, "What came out:\n$output" if @why;
  report(!@why, $what, @why);
}
exit($failures ? 1 : 0);
