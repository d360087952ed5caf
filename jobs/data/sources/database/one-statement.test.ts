import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AppError } from '#server/kernel/errors.ts'
import { type Dialect, oneStatement, placeOf } from './one-statement.ts'

describe('one reading statement', () => {
  const taken: [Dialect, string, string][] = [
    ['postgresql', 'SELECT 1', 'SELECT 1'],
    ['postgresql', ' select * from t ; \n', 'select * from t'],
    ['postgresql', 'SELECT 1; -- the end; really', 'SELECT 1'],
    ['postgresql', '-- first\nWITH a AS (SELECT 1) TABLE a', '-- first\nWITH a AS (SELECT 1) TABLE a'],
    ['postgresql', 'SELECT \';\' || ";" || $$;$$ || $a$;$$;$a$', 'SELECT \';\' || ";" || $$;$$ || $a$;$$;$a$'],
    ['postgresql', "SELECT E'\\';' /* a /* ; */ ; */", "SELECT E'\\';' /* a /* ; */ ; */"],
    ['postgresql', "SELECT '\\'; ", "SELECT '\\'"],
    ['postgresql', '(SELECT 1) UNION (SELECT 2)', '(SELECT 1) UNION (SELECT 2)'],
    ['postgresql', 'VALUES (1), (2)', 'VALUES (1), (2)'],
    ['mysql', 'SELECT \'\\\';\', `;`, "a;"";" # ;\n FROM t;', 'SELECT \'\\\';\', `;`, "a;"";" # ;\n FROM t'],
    ['mysql', "SELECT 'into' AS `into`", "SELECT 'into' AS `into`"],
    ['mysql', 'SELECT 1--1', 'SELECT 1--1'],
  ]
  for (const [dialect, query, statement] of taken)
    it(`${dialect} takes ${JSON.stringify(query)}`, () => assert.equal(oneStatement(query, dialect), statement))

  const refused: [Dialect, string, RegExp][] = [
    ['postgresql', '', /empty/],
    ['postgresql', ' -- nothing\n ; ', /empty/],
    ['postgresql', 'INSERT INTO t VALUES (1)', /starts with INSERT/],
    ['postgresql', "/* SELECT */ COPY t TO PROGRAM 'sh'", /starts with COPY/],
    ['postgresql', 'EXPLAIN ANALYZE DELETE FROM t', /starts with EXPLAIN/],
    ['postgresql', '"select" 1', /starts with/],
    ['postgresql', 'SELECT 1; DROP TABLE t', /more than one/],
    ['postgresql', 'SELECT 1;;SELECT 2', /more than one/],
    ['postgresql', "SELECT '\\'; DROP TABLE t; --'", /more than one/],
    ['postgresql', 'SELECT a$x$ FROM t; DROP TABLE t; --$x$', /more than one/],
    ['mysql', "SELECT '\\''; DELETE FROM t", /more than one/],
    ['mysql', "SELECT 1 INTO OUTFILE '/tmp/x'", /INTO/],
    ['mysql', "SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */", /comment that is run/],
    ['mysql', "SELECT 1 /*M! INTO DUMPFILE '/tmp/x' */", /comment that is run/],
    ['mysql', 'CALL p()', /starts with CALL/],
    ['mysql', 'SET GLOBAL x = 1', /starts with SET/],
  ]
  for (const [dialect, query, words] of refused)
    it(`${dialect} refuses ${JSON.stringify(query)}`, () =>
      assert.throws(
        () => oneStatement(query, dialect),
        (e: unknown) => e instanceof AppError && e.code === 'invalid' && words.test(e.message),
      ))

  it('says places by line and character', () => {
    assert.equal(placeOf('SELECT\n  x', 10), 'line 2, character 3')
    assert.equal(placeOf('SELEC 1', 1), 'line 1, character 1')
  })
})
