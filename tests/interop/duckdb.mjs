// DuckDB reads exported files and recomputes count and checksum with the SQL that docs/PARITY.md prints: its macros, its statement
// and its table of column types are taken out of the document.
//   node duckdb.mjs PARITY.md FILES.json EXPORT.md DELIVERED    FILES: [{name, path, format, checksum, columns: [{name, type}]}]
// Then it reads what was delivered to the directories DELIVERED/ndjson and DELIVERED/csv as EXPORT.md says, one row a key.
// Prints a line a file: its name, what DuckDB computed, tab-separated; first the statement of the document, run as it stands over
// the file named "runs".
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [documentPath, filesPath, exportPath, delivered] = process.argv.slice(2);
const section = readFileSync(documentPath, 'utf8').split(/^## /m).find((part) => part.startsWith('DuckDB\n'));
const code = section.split('\n').filter((line) => line.startsWith('    ')).map((line) => line.slice(4)).join('\n');
// The files' part of the code is FROM clauses alone.
const [program, clauses] = code.split(/^(?=FROM read_csv)/m);
const statements = program.split(/;\s*$/m).map((s) => s.trim()).filter(Boolean);
const checksumStatement = statements.pop();

// type → how it is read from each format, and its expression over x
const types = new Map();
for (const line of section.split('\n').filter((l) => /^\| [a-z]/.test(l) && !l.startsWith('| column'))) {
  const [names, csv, ndjson, expression] = line.slice(1, -1).split('|').map((cell) => cell.trim());
  for (const name of names.split(', ')) types.set(name, { csv, ndjson, expression: expression.slice(1, -1) });
}

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
const typeOf = (column) => {
  const known = types.get(column.type.replace(/\(.*/, ''));
  if (!known) throw new Error(`docs/PARITY.md says nothing of type ${column.type}`);
  return known;
};
function reading(file) {
  const columns = file.columns.map((c) => `"${c.name}": '${typeOf(c)[file.format]}'`).join(', ');
  const clause = clauses.split('\n').find((line) => line.startsWith(`FROM read_${file.format}(`));
  return clause.replace(/'[^']*'/, quoted(file.path)).replace(/columns = \{[^}]*\}/, () => `columns = {${columns}}`);
}

const connection = await (await DuckDBInstance.create(':memory:')).connect();
// Nothing but what is built in: the network is no part of a checksum.
await connection.run('SET autoinstall_known_extensions = false; SET autoload_known_extensions = false');
for (const statement of statements) await connection.run(statement);
const value = async (sql) => String((await connection.runAndReadAll(sql)).getRows()[0][0]);

const files = JSON.parse(readFileSync(filesPath, 'utf8'));
await connection.run(`CREATE TABLE runs AS SELECT * ${reading(files.find((file) => file.name === 'runs'))}`);
console.log(`the printed statement\t${await value(checksumStatement)}`);
for (const file of files) {
  const expressions = file.columns.map((c) => typeOf(c).expression.replace(/\bx\b/g, `"${c.name}"`));
  const sql = checksumStatement.replace(/(IN \[)[^\]]*(\]\], chr\(31\)\))/, (_, before, after) => before + expressions.join(', ') + after)
    .replace(/FROM runs\b/, () => reading(file));
  console.log(`${file.name}\t${await value(sql).catch((error) => String(error).replace(/\s+/g, " "))}`);
}

// One row a key: the blocks of the document as they stand, and for CSV with what it says of CSV.
const document = readFileSync(exportPath, 'utf8');
const blocks = [...document.matchAll(/^```duckdb\n([^]*?)^```$/gm)].map((match) => match[1]);
const csvClause = document.match(/`(read_csv\(getvariable[^`]*)`/)[1];
await connection.run('DROP TABLE runs');
for (const format of ['ndjson', 'csv']) {
  for (const block of blocks) {
    const name = block.match(/CREATE VIEW (\w+)/)[1];
    const program = format === 'ndjson' ? block
      : block.replace(/read_ndjson\([^]*?sample_size = -1\)/, () => csvClause).replace('ORDER BY record_version', 'ORDER BY CAST(record_version AS BIGINT)');
    await connection.run(program.replaceAll('/srv/export', `${delivered}/${format}`).replace('CREATE VIEW', 'CREATE OR REPLACE VIEW'));
    const all = String((await connection.runAndReadAll(`SELECT count(*) FROM read_${format}(getvariable('files')${format === 'csv' ? ', all_varchar = true, allow_quoted_nulls = false' : ''})`)).getRows()[0][0]);
    const told = name === 'companies' ? "concat_ws(' ', count(*), sum(CAST(record_version AS BIGINT)), md5(string_agg(coalesce(canonical_name, '-'), '|' ORDER BY CAST(org_id AS VARCHAR), CAST(entity_id AS VARCHAR))))"
      : "concat_ws(' ', count(*), md5(string_agg(CAST(run_id AS VARCHAR), '|' ORDER BY CAST(run_id AS VARCHAR))))";
    console.log(`one row a key ${name} ${format}\t${await value(`SELECT ${told} FROM ${name}`).catch((error) => String(error).replace(/\s+/g, ' '))}`);
    console.log(`all rows ${name} ${format}\t${all}`);
  }
}
