import { describe, expect, test } from 'vitest'
import { portalLink } from '../../../lib/contracts/portal-link.ts'

describe('portalLink', () => {
  test.each([
    ['dzd_orders', 'https://dzd_orders.datazone.eu-west-1.on.aws/projects/project-1/catalog/assets/asset-1'],
    ['dzd-orders', 'https://dzd-orders.sagemaker.eu-west-1.on.aws/projects/project-1/catalog/assets/asset-1'],
  ])('leads to the portal of the domain %s', (domainId, link) => {
    expect(portalLink({ domainId, assetId: 'asset-1' }, 'project-1', 'eu-west-1')).toBe(link)
  })
})
