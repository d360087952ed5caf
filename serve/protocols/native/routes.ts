import type { FastifyInstance } from 'fastify'
import type { Db } from '#db/client.ts'
import { systemClock } from '#server/kernel/clock.ts'
import { saveFeedback } from '#server/serving/service.ts'
import { type Address, type Admit, admitFirst } from '../../http/admit.ts'
import type { Spool } from '../../log/spool.ts'
import { chooseTarget } from '../../router/choose-target.ts'
import { answerPredict } from './answer-predict.ts'
import { readFeedback } from './read-feedback.ts'
import { parseBody } from './read-request.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

export interface NativeParts {
  db: Db
  spool: Spool
  admit: Admit
}

/** FlexiML's own protocol: predict, feedback and the description of an endpoint. */
export function addNativeRoutes(app: FastifyInstance, { db, spool, admit }: NativeParts): void {
  const path = '/:project/endpoints/:endpoint'

  app.post<Address>(`${path}/predict`, admitFirst(admit, 'serving:predict'), async (request, reply) => {
    const startedAt = performance.now()
    const receivedAtMs = systemClock.now()
    const admitted = admit(request, 'serving:predict')
    const live = admitted instanceof Promise ? await admitted : admitted
    const target = chooseTarget(live)
    try {
      const header = request.headers['x-event-time']
      const answer = await answerPredict(live, target, spool, {
        body: parseBody(request.body),
        eventTimeHeader: Array.isArray(header) ? header[0] : header,
        requestId: request.id,
        receivedAtMs,
        startedAt,
      })
      live.stats.count(target.desired, receivedAtMs, performance.now() - startedAt, answer.predictions.length, false)
      return reply.header('content-type', JSON_TYPE).send(JSON.stringify(answer))
    } catch (error) {
      live.stats.count(target.desired, receivedAtMs, performance.now() - startedAt, 0, true)
      throw error
    }
  })

  app.post<Address>(`${path}/feedback`, admitFirst(admit, 'serving:feedback'), async (request, reply) => {
    const receivedAt = new Date(systemClock.now())
    const live = await admit(request, 'serving:feedback')
    const { desired } = live
    const [{ desired: champion }] = live.targets
    const { rows, rejected, errors } = readFeedback(parseBody(request.body), desired.zone, champion.target)
    if (rejected > 0) {
      const counts = [{ column: champion.target?.name ?? 'actual', code: 'feedback_rejected', rows: rejected }]
      live.stats.countOdd(champion, receivedAt.getTime(), { counts })
    }
    // The newest predictions may still be in the spool.
    await spool.flush()
    const saved = await saveFeedback(db, desired, rows, receivedAt)
    return reply.send({ ...saved, rejected, errors })
  })

  app.get<Address>(path, async (request, reply) => {
    const { desired, targets } = await admit(request, 'serving:predict')
    const [champion] = targets
    return reply.send({
      endpoint: desired.endpoint,
      model: champion.desired.model,
      version: champion.desired.version,
      revision: desired.revision,
      timeColumn: desired.timeColumn,
      policy: desired.policy ?? 'strict',
      signature: champion.loaded.signature,
      ...(champion.loaded.classes ? { classes: champion.loaded.classes } : {}),
    })
  })
}
